import { DaypassError } from './errors.js';

const firstPause = 250;
const longestPause = 8_000;

/**
 * Tries again what may be repeated, until it works, fails for good, or the next try would come later than `patience`
 * milliseconds after the first. The pauses double, unless the server asks for one, and are spread, so that clients that failed
 * together do not come back together.
 */
export async function retrying<T>(patience: number, closed: AbortSignal, attempt: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patience;
  for (let pause = firstPause; ; pause = Math.min(2 * pause, longestPause)) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitAfter(error, pause);
      if (wait === undefined || closed.aborted || performance.now() + wait > giveUpAt) {
        throw error;
      }
      await sleep(wait, closed);
    }
  }
}

function waitAfter(error: unknown, pause: number): number | undefined {
  if (!(error instanceof DaypassError && error.retryable)) {
    return undefined;
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
