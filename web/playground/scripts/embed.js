// `write` puts the built page, compressed, where the Go package embeds it; `check` proves that what is embedded is what
// the sources build to. It compares the files, not their compressed bytes: those differ between versions of zlib.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';

const built = fileURLToPath(new URL('../dist', import.meta.url));
const embedded = fileURLToPath(new URL('../../../internal/web/playground/dist', import.meta.url));

const command = process.argv[2];
if (command === 'write') {
  write();
} else if (command === 'check') {
  check();
} else {
  console.error('usage: node scripts/embed.js write|check');
  process.exitCode = 2;
}

function write() {
  rmSync(embedded, { recursive: true, force: true });
  let size = 0;
  for (const name of filesIn(built)) {
    // The header that Node writes holds no time, so equal files make equal archives.
    const packed = gzipSync(readFileSync(join(built, name)), { level: 9 });
    const path = join(embedded, `${name}.gz`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, packed);
    size += packed.length;
  }
  console.log(`embedded ${(size / 1e6).toFixed(2)} MB in internal/web/playground/dist`);
}

function check() {
  const wanted = new Set(filesIn(built).map((name) => `${name}.gz`));
  const found = new Set(filesIn(embedded));
  const stale = [...new Set([...wanted, ...found])].filter((name) => {
    const both = wanted.has(name) && found.has(name);
    return !both || !gunzipSync(readFileSync(join(embedded, name))).equals(readFileSync(join(built, name.slice(0, -3))));
  });
  if (stale.length > 0) {
    console.error(`The embedded playground is stale; run "npm run build" and commit:\n  ${stale.sort().join('\n  ')}`);
    process.exitCode = 1;
    return;
  }
  console.log(`the ${found.size} embedded files are what the sources build to`);
}

/** The files under a folder, by their paths inside it, sorted. */
function filesIn(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
