import { DaypassError } from './errors.js';

/** Waits for what may never come: after so many milliseconds it is a TIMEOUT, and what comes later is dropped. */
export function within<T>(milliseconds: number, work: T | Promise<T>, who: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const over = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DaypassError('TIMEOUT', `${who} took too long.`)), milliseconds);
  });
  return Promise.race([work, over]).finally(() => clearTimeout(timer));
}
