import type { Household } from './household.js';
import type { Keeper, Presented } from './keeper.js';
import type { PairFragment } from './schema.js';
import type { Pair, Session } from './session.js';
import type { SignedOutReason } from './state.js';
import type { SentPair, Word } from './tabs.js';

/**
 * Goes on with the pair of an answer that is kept already, here and in all tabs. Its time is counted from when it was
 * asked for, which is a little before the server began to count.
 */
export async function enter(house: Household, answer: PairFragment, asked: number): Promise<Pair> {
  const { session, keeper, tabs, refreshAhead } = house;
  const lifetime = 1_000 * answer.expiresIn;
  const goodUntil = asked + lifetime;
  const freshUntil = goodUntil - Math.min(refreshAhead, lifetime / 2);
  const pair = { accessToken: answer.accessToken, user: answer.user, freshUntil, goodUntil };
  session.enter(pair);
  // Who is signed in stays so when the storage fails now; other tabs then ask when they need to know.
  tabs.tell(wordOf('news', pair, await keeper.present().catch(() => null)));
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
  if (word.kind === 'question') {
    const fresh = session.fresh();
    if (fresh) {
      tabs.tell(wordOf('answer', fresh, await keeper.present()));
    }
  } else if (await concerns(keeper, word)) {
    if (word.kind === 'ended') {
      session.leave(word.reason);
    } else if (isNews(session, word.kind, word.pair)) {
      session.enter(received(word.pair));
    }
  }
}

// In milliseconds. A storage that tabs share may show a write of another tab later than its word of it.
const looks = [0, 5, 20, 75];

/** Whether the tab that says it has the same refresh token. */
async function concerns(keeper: Keeper, { kind, mark }: Extract<Word, { mark: unknown }>): Promise<boolean> {
  for (const pause of looks) {
    if (pause) {
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
    const presented = await keeper.present();
    if (presented ? presented.mark === mark : kind === 'ended') {
      return true;
    }
  }
  return false;
}

/** An answer, unlike news, may be older than what is known here. */
function isNews({ refused, fresh, state }: Session, kind: 'news' | 'answer', { accessToken }: SentPair): boolean {
  return !refused(accessToken) && (kind === 'news' || (!fresh() && state.status !== 'signedOut'));
}

function wordOf(kind: 'news' | 'answer', pair: Pair, presented: Presented | null): Word {
  const { accessToken, user, freshUntil, goodUntil } = pair;
  const now = performance.now();
  return {
    kind,
    pair: { accessToken, user, freshFor: freshUntil - now, goodFor: goodUntil - now },
    mark: presented?.mark ?? null,
  };
}

function received({ accessToken, user, freshFor, goodFor }: SentPair): Pair {
  const now = performance.now();
  return { accessToken, user, freshUntil: now + freshFor, goodUntil: now + goodFor };
}
