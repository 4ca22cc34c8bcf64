import { DaypassError } from './errors.js';
import type { Household } from './household.js';

const firstPause = 250;
const longestPause = 8_000;

/**
 * Does work that may be repeated, each time in a turn of its own, until it succeeds, fails for good, or the next try
 * would come after the patience of the house. The pauses double, unless the server asks for one, and are spread, so
 * that clients that failed together do not come back together.
 */
export async function repeatedly<T>({ inTurn, patience, closed }: Household, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patience;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await inTurn(giveUpAt - performance.now(), work);
    } catch (error) {
      const wait = waitAfter(error, pause);
      if (closed.aborted || performance.now() + wait > giveUpAt) {
        throw error;
      }
      await sleep(wait, closed);
    }
  }
}

function waitAfter(error: unknown, pause: number): number {
  if (!(error instanceof DaypassError && error.retryable)) {
    return Infinity;
  }
  const spread = Math.random();
  return error.retryAfter ? 1_000 * error.retryAfter + pause * spread : pause * (0.5 + spread / 2);
}

function sleep(milliseconds: number, closed: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      closed.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    closed.addEventListener('abort', done);
  });
}
