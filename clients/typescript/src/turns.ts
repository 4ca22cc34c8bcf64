import { DaypassError } from './errors.js';

/** Lets one piece of work run at a time. It is to end by itself: nobody interrupts it. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Turns among everything that this client does: where there are no tabs to share with, or no Web Locks. */
export function turnsOfClient(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}

/**
 * Turns among all tabs of the origin, by a Web Lock. The browser takes the lock from a tab that is closed or crashes. Who
 * does not get it within `patience` milliseconds gets an error that may be retried.
 */
export function turnsOfOrigin(locks: LockManager, name: string, patience: number): InTurn {
  return async <T>(work: () => Promise<T>) => {
    const signal = AbortSignal.timeout(patience);
    let begun = false;
    const begin = () => {
      begun = true;
      return work();
    };
    try {
      return (await locks.request(name, { signal }, begin)) as T;
    } catch (cause) {
      throw begun ? cause : new DaypassError('TIMEOUT', 'Other tabs did not finish in time.', { cause });
    }
  };
}
