import type { Keeper, Presented } from './keeper.js';
import type { PairFragment } from './schema.js';
import type { Pair, Session } from './session.js';
import type { SignedOutReason } from './state.js';
import type { Tabs, Word } from './tabs.js';
import type { Send } from './transport.js';

/** What the operations of one client work with. */
export interface Household {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly tabs: Tabs;
  readonly send: Send;
  /** Milliseconds before its expiry at which an access token is not fresh any more. */
  readonly refreshAhead: number;
}

/**
 * Goes on with the pair of an answer that is kept already, here and in all tabs. Its time is counted from when it was asked for,
 * which is a little before the server began to count.
 */
export async function enter({ session, keeper, tabs, refreshAhead }: Household, answer: PairFragment, asked: number): Promise<Pair> {
  const lifetime = 1_000 * answer.expiresIn;
  const goodUntil = asked + lifetime;
  const freshUntil = goodUntil - Math.min(refreshAhead, lifetime / 2);
  const pair = { accessToken: answer.accessToken, user: answer.user, freshUntil, goodUntil };
  session.enter(pair);
  tabs.tell(wordOf('news', pair, await keeper.present()));
  return pair;
}

/** Ends what was presented, here and in all tabs that have the same. */
export async function leave(house: Household, presented: Presented | null, reason?: SignedOutReason): Promise<void> {
  if (presented) {
    await house.keeper.drop(presented);
  }
  house.session.leave(reason);
  house.tabs.tell({ kind: 'ended', reason, mark: presented?.mark ?? null });
}

/** Does what a word of another tab asks for. Tabs that have another refresh token are strangers. */
export async function hear({ session, keeper, tabs }: Household, word: Word): Promise<void> {
  const presented = await keeper.present();
  if (word.kind === 'question') {
    const pair = session.fresh();
    if (pair) {
      tabs.tell(wordOf('answer', pair, presented));
    }
  } else if (word.kind === 'ended') {
    if (!presented || presented.mark === word.mark) {
      session.leave(word.reason);
    }
  } else if (presented?.mark === word.mark && !session.refused(word.pair.accessToken)) {
    const { accessToken, user, freshFor, goodFor } = word.pair;
    const now = performance.now();
    // Only news are sure to be newer than what is known here.
    if (word.kind === 'news' || (session.state.status !== 'signedOut' && !session.fresh())) {
      session.enter({ accessToken, user, freshUntil: now + freshFor, goodUntil: now + goodFor });
    }
  }
}

function wordOf(kind: 'news' | 'answer', { accessToken, user, freshUntil, goodUntil }: Pair, presented: Presented | null): Word {
  const now = performance.now();
  return {
    kind,
    pair: { accessToken, user, freshFor: freshUntil - now, goodFor: goodUntil - now },
    mark: presented?.mark ?? null,
  };
}
