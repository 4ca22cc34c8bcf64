import type { DaypassError } from './errors.js';
import type { Household } from './household.js';
import { refreshInTurn } from './refresh.js';
import { repeatedly } from './retry.js';

/** Hands out access tokens. */
export interface AccessTokens {
  get(options?: { readonly refused?: string | undefined }): Promise<string | null>;
  peek(): string | null;
}

export function createAccessTokens(house: Household): AccessTokens {
  const { session } = house;
  const refresh = shared(() => repeatedly(house, () => refreshInTurn(house)));

  const peek = () => {
    const good = session.good();
    if (good && !session.fresh()) {
      // There is time left: who asks again later hears of a failure.
      refresh().catch(() => {});
    }
    return good?.accessToken ?? null;
  };
  return {
    peek,
    async get({ refused } = {}) {
      if (refused) {
        session.refuse(refused);
      }
      return peek() ?? (session.state.status === 'signedOut' ? null : refresh());
    },
  };
}

/** Lets all who ask share one run, and its failure too for as long as the server asked for quiet. */
function shared<T>(run: () => Promise<T>): () => Promise<T> {
  let last: Promise<T>;
  let sharedUntil = 0;
  return () => {
    if (performance.now() >= sharedUntil) {
      sharedUntil = Infinity;
      last = run();
      last.then(
        () => (sharedUntil = 0),
        (error?: Partial<DaypassError>) => (sharedUntil = performance.now() + 1_000 * (error?.retryAfter ?? 0)),
      );
    }
    return last;
  };
}
