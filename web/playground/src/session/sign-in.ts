import { inputOf, presentedToken } from './exchange';
import type { AccessToken } from './jwt';
import type { RootField } from './operation';
import { usernameIn, type Pair } from './pair';

/** Where the refresh token is. NOBODY has it when the answer came without, and without a cookie. */
export type Keeper = 'PANEL' | 'COOKIE' | 'NOBODY';

/** Somebody who is signed in. */
export interface SignIn {
  access: AccessToken;
  keeper: Keeper;
  /** Null unless the panel is its keeper. */
  refreshToken: string | null;
  /** Null until an answer told it: no token does. */
  username: string | null;
  /** How long the access token had to live when it was asked for, in milliseconds. */
  lifetime: number;
  /** When that was, by performance.now: whoever sets the clock of the computer does not move it. */
  since: number;
}

/** Signs in with the pair that a mutation answered. */
export function signInBy(pair: Pair, field: RootField, data: unknown, sentAt: number): SignIn {
  const { claims } = pair.access;
  return {
    access: pair.access,
    keeper: pair.refreshToken ? 'PANEL' : leftToCookie(field) ? 'COOKIE' : 'NOBODY',
    refreshToken: pair.refreshToken,
    username: usernameIn(data, claims.sub),
    lifetime: (pair.expiresIn ?? claims.exp - claims.iat) * 1000,
    since: sentAt,
  };
}

/** Milliseconds until the access token expires, by what the server said of it; 0 when it has. */
export function timeLeft({ lifetime, since }: SignIn, now: number): number {
  return Math.max(0, since + lifetime - now);
}

/** What somebody is called. */
export function nameOf({ username, access }: SignIn): string {
  return username ?? access.claims.sub;
}

function leftToCookie(field: RootField): boolean {
  if (field.name === 'refreshToken') {
    return presentedToken(field) === null;
  }
  return inputOf(field.args).tokenDelivery === 'COOKIE';
}
