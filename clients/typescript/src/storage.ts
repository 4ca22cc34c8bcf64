import { readJSON } from './json.js';
import type { Keeper, Presented } from './keeper.js';
import type { PairFragment } from './schema.js';
import { within } from './within.js';

type Awaitable<T> = T | Promise<T>;

/** Holds one string, which has the tokens: keep it where the platform keeps secrets. */
export interface TokenStorage {
  get(): Awaitable<string | null>;
  set(value: string): Awaitable<void>;
  remove(): Awaitable<void>;
}

interface Kept {
  readonly refreshToken?: string | null;
  readonly deviceToken?: string | null;
}

/** Keeps the refresh token and the device token in a storage. The device token stays when the other one goes. */
export function keepIn(storage: TokenStorage): Keeper {
  const read = async () => readJSON<Kept>((await storage.get()) ?? '');
  const keep = async ({ refreshToken, deviceToken }: PairFragment) => {
    await storage.set(JSON.stringify({ refreshToken, deviceToken: deviceToken ?? (await read()).deviceToken }));
  };
  const holds = async ({ input }: Presented) => (await read()).refreshToken === input?.refreshToken;
  return {
    delivery: 'BODY',
    async present() {
      const { refreshToken } = await read();
      return refreshToken ? { input: { refreshToken }, mark: markOf(refreshToken) } : null;
    },
    async renew(answer, presented) {
      const here = await holds(presented);
      if (here) {
        await keep(answer);
      }
      return here;
    },
    keep,
    async drop(presented) {
      if (await holds(presented)) {
        const { deviceToken } = await read();
        await (deviceToken ? storage.set(JSON.stringify({ deviceToken })) : storage.remove());
      }
    },
    async device() {
      return { deviceToken: (await read()).deviceToken };
    },
  };
}

/**
 * A storage of which each use ends: with an error when it takes longer than `timeout` milliseconds. A write that was given
 * up may still come, so the next one waits for it, and overwrites it.
 */
export function punctual(storage: TokenStorage, timeout: number): TokenStorage {
  let writing: Promise<void> = Promise.resolve();
  const inTime = <T>(use: Awaitable<T>) => within(timeout, use, 'The storage');
  const write = async (change: () => Awaitable<void>) => {
    await inTime(writing);
    const mine = (async () => change())();
    writing = mine.catch(() => {});
    return inTime(mine);
  };
  return {
    get: () => inTime(storage.get()),
    set: (value) => write(() => storage.set(value)),
    remove: () => write(() => storage.remove()),
  };
}

/** A storage that is gone with the tab. */
export function memory(): TokenStorage {
  let held: string | null = null;
  return {
    get: () => held,
    set: (value) => void (held = value),
    remove: () => void (held = null),
  };
}

/** The end of the signature: it names the token, and nobody can make the token from it. */
function markOf(token: string): string {
  return token.slice(-16);
}
