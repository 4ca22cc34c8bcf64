import { failedWith } from './errors.js';
import type { Household } from './household.js';
import type { Presented } from './keeper.js';
import { enter, leave } from './news.js';
import { refresh } from './schema.js';
import type { SignedOutReason } from './state.js';

/**
 * Swaps the refresh token for the next pair, in a turn, unless another tab has done so meanwhile. Resolves with the
 * access token, or with null when nobody is signed in.
 */
export async function refreshInTurn(house: Household): Promise<string | null> {
  const { session, tabs } = house;
  if (!session.fresh() && session.state.status !== 'signedOut') {
    await tabs.ask();
  }
  if (session.state.status === 'signedOut') {
    return null;
  }
  return session.fresh()?.accessToken ?? swap(house);
}

/** A token that the server does not want any more, and why. */
interface Verdict {
  readonly mark: string | null;
  readonly reason: SignedOutReason | undefined;
}

/**
 * After a verdict it looks again at what there is to present: another tab may have signed in. Of a cookie nobody can
 * tell, so that is tried once more.
 */
async function swap(house: Household, last?: Verdict): Promise<string | null> {
  const presented = await house.keeper.present();
  if (!presented || (last && last.mark !== null && presented.mark === last.mark)) {
    return signedOut(house, presented, last?.reason);
  }
  const asked = performance.now();
  const answer = await house.send(refresh, { input: presented.input }).catch((error) => verdictOf(error, presented));
  if ('mark' in answer) {
    const reason = last?.reason ?? answer.reason;
    return last ? signedOut(house, presented, reason) : swap(house, { ...answer, reason });
  }
  if (!(await house.keeper.renew(answer.payload, presented))) {
    return swap(house, last);
  }
  return (await enter(house, answer.payload, asked)).accessToken;
}

async function signedOut(house: Household, presented: Presented | null, reason?: SignedOutReason): Promise<null> {
  await leave(house, presented, reason);
  return null;
}

/** Tells the two errors that speak of the token from all the others, which do not, and throws those. */
function verdictOf(error: unknown, { input, mark }: Presented): Verdict {
  if (failedWith('INVALID_REFRESH_TOKEN', error)) {
    return { mark, reason: error.reason as SignedOutReason };
  }
  // There was no cookie. Without the field it is about the request, which something between may have spoilt.
  if (failedWith('BAD_USER_INPUT', error) && !input && error.fields?.['input.refreshToken']) {
    return { mark, reason: undefined };
  }
  throw error;
}
