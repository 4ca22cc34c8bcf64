import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = fileURLToPath(new URL('../../..', import.meta.url));
const startTimeout = 30_000;

/** Builds the program into a folder of its own; `remove` deletes the folder. */
export async function buildDaypass() {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-build-'));
  const remove = () => rm(folder, { recursive: true });
  const program = join(folder, 'daypass');
  try {
    await promisify(execFile)('go', ['build', '-o', program, './cmd/daypass'], { cwd: repository });
  } catch (error) {
    await remove();
    throw error;
  }
  return { program, remove };
}

/**
 * Starts `daypass dev` on an empty folder and any free port, and resolves once it has told its address and the
 * passwords of `demo` and `admin`. `stop` ends it as Ctrl-C does and rejects when it did not end cleanly.
 */
export async function startDaypass(program, env = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-dev-'));
  const child = spawn(program, ['dev', '--addr', '127.0.0.1:0'], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');

  const stop = async () => {
    child.kill('SIGINT');
    const [code] = await exited;
    await rm(folder, { recursive: true });
    if (code !== 0) {
      throw new Error(`daypass ended with ${code}`);
    }
  };
  try {
    return { ...(await readGreeting(child, exited)), stop };
  } catch (error) {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true });
    throw error;
  }
}

/** Reads what the program prints until the address and the passwords have appeared. */
function readGreeting(child, exited) {
  return new Promise((resolve, reject) => {
    const said = [];
    let origin;
    let password;
    let adminPassword;
    const fail = (why) => reject(new Error(`${why}; it said:\n${said.join('\n')}`));
    const timer = setTimeout(() => fail('daypass did not start in time'), startTimeout);
    exited.then(([code]) => fail(`daypass ended with ${code}`)).finally(() => clearTimeout(timer));

    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        said.push(line);
        origin ??= line.match(/http:\/\/127\.0\.0\.1:\d+/)?.[0];
        password ??= line.match(/^\s*demo\s+USER\s+(\S+)$/)?.[1];
        adminPassword ??= line.match(/^\s*admin\s+ADMIN\s+(\S+)$/)?.[1];
        if (origin && password && adminPassword) {
          clearTimeout(timer);
          resolve({ origin, password, adminPassword });
        }
      });
    }
  });
}
