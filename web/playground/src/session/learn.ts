import { endingOf, type Ending } from './ending';
import type { Exchange } from './exchange';
import type { RootField } from './operation';
import { pairIn, usernameIn, type Pair } from './pair';
import { signInBy, type SignIn } from './sign-in';

/** Who is signed in, or how that ended. */
export interface Held {
  signIn: SignIn | null;
  ending: Ending | null;
}

/**
 * The fields whose answers carry pairs. Others may carry what looks like one: a stranger can call their client so, and be
 * read of in the history of an account.
 */
const signingIn: readonly string[] = ['register', 'login', 'refreshToken', 'changePassword'];

/** What is held after an answer: the pair that it carried, nothing when it tells that the session ended, or the same. */
export function learn(held: Held, exchange: Exchange): Held {
  const { signIn } = held;
  const { data } = exchange.answer;
  for (const field of exchange.fields.filter(({ name }) => signingIn.includes(name))) {
    const pair = pairIn(data?.[field.key]);
    if (pair) {
      return signIn && isOlder(pair, signIn) ? held : signedIn(pair, field, signIn, exchange);
    }
  }
  if (!signIn) {
    return held;
  }
  const ending = endingOf(signIn, exchange);
  return ending ? { signIn: null, ending } : { ...held, signIn: named(signIn, data) };
}

function signedIn(pair: Pair, field: RootField, before: SignIn | null, { answer, sentAt }: Exchange): Held {
  const signIn = signInBy(pair, field, answer.data, sentAt);
  const same = before?.access.claims.sub === signIn.access.claims.sub;
  return { signIn: { ...signIn, username: signIn.username ?? (same ? before.username : null) }, ending: null };
}

/** Answers overtake each other; generations tell. */
function isOlder({ access }: Pair, { access: { claims } }: SignIn): boolean {
  return access.claims.sid === claims.sid && access.claims.gen < claims.gen;
}

function named(signIn: SignIn, data: unknown): SignIn {
  const username = usernameIn(data, signIn.access.claims.sub);
  return username === null || username === signIn.username ? signIn : { ...signIn, username };
}
