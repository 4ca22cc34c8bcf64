import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const startTimeout = 30_000;

/** `daypass dev` on a folder of its own. It can be killed and started again, then on another port. */
export class Program {
  #binary;
  #folder;
  #env;
  #child;
  /** Where it listens at the moment. */
  origin;
  /** By username. Told on the first start only. */
  passwords = {};

  constructor(binary, folder, env) {
    this.#binary = binary;
    this.#folder = folder;
    this.#env = env;
  }

  static async start(binary, env) {
    const program = new Program(binary, await mkdtemp(join(tmpdir(), 'daypass-client-')), env);
    await program.start();
    return program;
  }

  async start() {
    const child = spawn(this.#binary, ['dev', '--addr', '127.0.0.1:0'], {
      cwd: this.#folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.origin = await this.#greeting(child);
  }

  /** Ends it without a warning, as a crash does. */
  async kill() {
    this.#child.kill('SIGKILL');
    await once(this.#child, 'exit');
  }

  async remove() {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.kill();
    }
    await rm(this.#folder, { recursive: true });
  }

  /** Reads to the end of the greeting. */
  #greeting(child) {
    return new Promise((resolve, reject) => {
      const said = [];
      let origin;
      const fail = (why) => reject(new Error(`${why}; it said:\n${said.join('\n')}`));
      const timer = setTimeout(() => fail('daypass did not start in time'), startTimeout);
      child.on('exit', () => {
        clearTimeout(timer);
        fail('daypass ended');
      });
      const read = (line) => {
        said.push(line);
        const [, name, password] = line.match(/^\s*(\w+)\s+(?:USER|ADMIN)\s+(\S+)$/) ?? [];
        if (name) {
          this.passwords[name] = password;
        }
        origin ??= line.match(/^\s*API\s+(http:\/\/127\.0\.0\.1:\d+)/)?.[1];
        if (line === 'Ctrl-C stops.') {
          clearTimeout(timer);
          resolve(origin);
        }
      };
      createInterface({ input: child.stdout }).on('line', read);
      createInterface({ input: child.stderr }).on('line', read);
    });
  }
}
