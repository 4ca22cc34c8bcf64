import { DaypassError } from './errors.js';
import { within } from './within.js';

/**
 * Lets one piece of work run at a time. It is to end by itself, so each of its steps has a timer: nobody interrupts it. Who
 * has to wait for longer than `patience` milliseconds gets an error that may be retried.
 */
export type InTurn = <T>(patience: number, work: () => Promise<T>) => Promise<T>;

/** Turns among everything that this client does, where there are no tabs to share with, or no Web Locks. */
export function turnsOfClient(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (patience, work) => {
    const mine = within(patience, last, 'Another operation').then(work);
    // Nothing of it is kept but that it is over.
    last = Promise.allSettled([last, mine]).then(() => {});
    return mine;
  };
}

/**
 * Turns among all tabs of the origin, by a Web Lock. The browser takes the lock from a tab that is closed or crashes.
 */
export function turnsOfOrigin(locks: LockManager, name: string): InTurn {
  return async <T>(patience: number, work: () => Promise<T>) => {
    const signal = AbortSignal.timeout(Math.max(0, Math.ceil(patience)));
    let begun = false;
    const begin = () => {
      begun = true;
      return work();
    };
    try {
      return (await locks.request(name, { signal }, begin)) as T;
    } catch (cause) {
      throw begun ? cause : new DaypassError('TIMEOUT', 'Another operation took too long.', { cause });
    }
  };
}
