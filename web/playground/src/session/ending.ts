import { inputOf, presentedToken, type Exchange } from './exchange';
import { sessionOf } from './jwt';
import type { RootField } from './operation';
import { nameOf, type SignIn } from './sign-in';

/** How somebody came to be signed in no more. */
export interface Ending {
  who: string;
  /** A SessionEndReason of the schema; null when an error says more. */
  reason: string | null;
}

interface End {
  reason: string;
  /** Whether a field that succeeded ended the session that is held. */
  ends(held: SignIn, field: RootField, exchange: Exchange): boolean;
}

const ends: Record<string, End> = {
  logout: { reason: 'LOGGED_OUT', ends: loggedOut },
  logoutAll: { reason: 'LOGGED_OUT', ends: askedBySame },
  revokeSession: { reason: 'REVOKED', ends: (held, { args }) => inputOf(args).sessionId === held.access.claims.sid },
  // Who asks for the new pair goes on; this is about those who do not.
  changePassword: { reason: 'PASSWORD_CHANGED', ends: askedBySame },
  deleteAccount: { reason: 'ACCOUNT_CLOSED', ends: askedBySame },
  disableUser: { reason: 'ACCOUNT_CLOSED', ends: isAbout },
  revokeUserSessions: { reason: 'ENDED_BY_ADMIN', ends: isAbout },
};

/** Tells whether an answer without a pair means that the session that is held has ended. No retryable error does. */
export function endingOf(held: SignIn, exchange: Exchange): Ending | null {
  for (const field of exchange.fields) {
    const reason = reasonOf(held, field, exchange);
    if (reason !== undefined) {
      return { who: nameOf(held), reason };
    }
  }
  return null;
}

function reasonOf(held: SignIn, field: RootField, exchange: Exchange): string | null | undefined {
  const value = exchange.answer.data?.[field.key];
  if (value === undefined || value === null) {
    return refused(held, field, exchange) ? null : undefined;
  }
  if (field.name === 'sessionEnded') {
    return told(held, value as SessionEnded, exchange);
  }
  const end = ends[field.name];
  return end?.ends(held, field, exchange) ? end.reason : undefined;
}

interface SessionEnded {
  sessionId?: string;
  reason?: string;
}

function told(held: SignIn, event: SessionEnded, { asker }: Exchange): string | null | undefined {
  const ended = event.sessionId ?? asker?.claims.sid;
  return ended === held.access.claims.sid ? (event.reason ?? null) : undefined;
}

/** A verdict on the token that is held, or on an older one of its session that took the session along. */
function refused(held: SignIn, field: RootField, { answer }: Exchange): boolean {
  const verdict = answer.errors?.find(({ extensions }) => extensions?.code === 'INVALID_REFRESH_TOKEN')?.extensions;
  if (!verdict || field.name !== 'refreshToken') {
    return false;
  }
  const presented = presentedToken(field);
  if (presented === null) {
    return held.keeper === 'COOKIE';
  }
  const tookAlong = verdict.reason === 'REUSED' || verdict.reason === 'REVOKED';
  return presented === held.refreshToken || (tookAlong && sessionOf(presented) === held.access.claims.sid);
}

function loggedOut(held: SignIn, field: RootField, { asker }: Exchange): boolean {
  const presented = presentedToken(field);
  const session = sessionOf(presented);
  if (session) {
    return session === held.access.claims.sid;
  }
  const byCookie = presented === null && held.keeper === 'COOKIE';
  return byCookie || asker?.claims.sid === held.access.claims.sid;
}

function askedBySame(held: SignIn, _: RootField, { asker }: Exchange): boolean {
  return asker?.claims.sub === held.access.claims.sub;
}

function isAbout(held: SignIn, { args }: RootField): boolean {
  return inputOf(args).userId === held.access.claims.sub;
}
