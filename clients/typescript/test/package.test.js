import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';

import { refusedAccess } from '../dist/refused.js';
import { bundle } from './house/pages.js';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('..', import.meta.url));

// In bytes, minified and gzipped, as a front end ships it.
const limits = { 'index.js': 4_096, 'apollo.js': 1_024, 'urql.js': 1_024 };

for (const [entry, limit] of Object.entries(limits)) {
  test(`${entry} is small`, async (t) => {
    const size = gzipSync(await bundle(entry), { level: 9 }).length;
    t.diagnostic(`${entry}: ${size} bytes gzipped, of ${limit}`);
    assert.ok(size <= limit, `${size} bytes`);
  });
}

test('the generated types and operations are those of schema.graphqls', async () => {
  await run(process.execPath, ['scripts/generate.js', 'check'], { cwd: folder });
});

test('the snippets compile, and the README shows them as they are', async () => {
  await run(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'snippets'], { cwd: folder });
  const readme = await readFile(`${folder}/README.md`, 'utf8');
  const shown = [...readme.matchAll(/^```ts\n\/\/ snippets\/(\S+)\n([^]*?)^```$/gm)].map(([, name, text]) => [name, text]);
  const names = (await readdir(`${folder}/snippets`)).filter((name) => name.endsWith('.ts'));
  assert.deepEqual(shown.map(([name]) => name).toSorted(), names.toSorted());
  for (const [name, text] of shown) {
    assert.equal(text, await readFile(`${folder}/snippets/${name}`, 'utf8'), name);
  }
});

test('the package has what its entry points name, and no dependencies', async () => {
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: folder });
  const packed = JSON.parse(stdout)[0] ?? Object.values(JSON.parse(stdout))[0];
  const files = packed.files.map(({ path }) => path);
  const { exports, dependencies } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  for (const { types, default: script } of Object.values(exports).filter((entry) => typeof entry === 'object')) {
    assert.ok(files.includes(types.slice(2)) && files.includes(script.slice(2)), script);
  }
  assert.ok(files.every((path) => /^(dist\/|README\.md$|package\.json$|LICENSE$)/.test(path)), files.join(' '));
  assert.equal(dependencies, undefined);
});

const refusal = (...path) => ({ path, extensions: { code: 'UNAUTHENTICATED' } });
const trouble = (...path) => ({ path, extensions: { code: 'FORBIDDEN' } });

const answers = {
  'no errors': { data: { me: {} } },
  'another error': { data: { me: null }, errors: [trouble('me')] },
  'an error without a code': { errors: [{}] },
  'a refusal of all': { data: null, errors: [refusal('me')] },
  'a refusal without a path': { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  'a refusal beside another error': { data: { a: null, b: null }, errors: [trouble('a'), refusal('b')] },
  'a refusal beside data': { data: { a: 1, b: null }, errors: [refusal('b')] },
  'a refusal inside': { data: { a: { b: null } }, errors: [refusal('a', 'b')] },
  'a refusal inside that took all with it': { data: null, errors: [refusal('a', 'b')] },
};

for (const { what, query, mutation } of [
  { what: 'no errors', query: false, mutation: false },
  { what: 'another error', query: false, mutation: false },
  { what: 'an error without a code', query: false, mutation: false },
  { what: 'a refusal of all', query: true, mutation: true },
  { what: 'a refusal without a path', query: true, mutation: true },
  { what: 'a refusal beside another error', query: true, mutation: true },
  { what: 'a refusal beside data', query: true, mutation: false },
  { what: 'a refusal inside', query: true, mutation: false },
  { what: 'a refusal inside that took all with it', query: true, mutation: false },
]) {
  test(`${what}: ${query ? 'a query is' : 'nothing is'} sent again${mutation ? ', and a mutation' : ''}`, () => {
    assert.equal(refusedAccess(answers[what], false), query);
    assert.equal(refusedAccess(answers[what], true), mutation);
  });
}
