import type { PairFragment } from './schema.js';

/** Whose session it is. */
export type User = PairFragment['user'];

/**
 * Why nobody is signed in any more. `REUSED`: two parties held the session; tell the user. `LOGGED_OUT`: by `logout`,
 * in whatever tab. `REVOKED`: it was ended from elsewhere. `EXPIRED`: it was not used for too long, or is too old.
 */
export type SignedOutReason = 'LOGGED_OUT' | 'EXPIRED' | 'REVOKED' | 'REUSED' | 'INVALID';

/**
 * What is known of the session. `unknown` until the first refresh after a load has told. An object of it never changes,
 * and is the same until something does.
 */
export type DaypassState =
  | { readonly status: 'unknown'; readonly user?: undefined; readonly reason?: undefined }
  | { readonly status: 'signedIn'; readonly user: User; readonly reason?: undefined }
  | { readonly status: 'signedOut'; readonly user?: undefined; readonly reason?: SignedOutReason | undefined };
