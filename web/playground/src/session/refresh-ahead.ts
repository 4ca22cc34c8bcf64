import type { Session } from './session';
import { timeLeft, type SignIn } from './sign-in';

const longestMargin = 30_000;

/** While it is switched on, each pair is swapped for the next a little before its access token expires. */
export function refreshAhead({ store, refresh }: Session): void {
  let timer: number | undefined;
  store.subscribe(({ signIn, refreshesAhead }, before) => {
    if (signIn?.access === before.signIn?.access && refreshesAhead === before.refreshesAhead) {
      return;
    }
    clearTimeout(timer);
    if (refreshesAhead && signIn && signIn.keeper !== 'NOBODY') {
      timer = window.setTimeout(refresh, timeLeft(signIn, performance.now()) - marginOf(signIn));
    }
  });
}

function marginOf({ lifetime }: SignIn): number {
  return Math.min(longestMargin, lifetime / 5);
}
