import { jwtDecode } from 'jwt-decode';

/** An access token (RFC 9068), read and not verified: the page shows what it was given. */
export interface AccessToken {
  raw: string;
  header: Record<string, unknown>;
  claims: AccessClaims;
}

/** What Daypass says in an access token; docs/tokens.md has them all. */
export interface AccessClaims extends Record<string, unknown> {
  sub: string;
  sid: string;
  gen: number;
  role: string;
  /** Seconds since 1970, by the clock of the server. */
  iat: number;
  exp: number;
}

/** Reads an access token; null when the value is none. */
export function readAccessToken(value: unknown): AccessToken | null {
  const header = headerOf(value);
  if (header?.typ !== 'at+jwt') {
    return null;
  }
  const raw = value as string;
  const claims: Record<string, unknown> = jwtDecode(raw);
  return isAccessClaims(claims) ? { raw, header, claims } : null;
}

function isAccessClaims(claims: Record<string, unknown>): claims is AccessClaims {
  const { sub, sid, role, gen, iat, exp } = claims;
  return [sub, sid, role].every((text) => typeof text === 'string') && [gen, iat, exp].every(Number.isSafeInteger);
}

export function isRefreshToken(value: unknown): value is string {
  return headerOf(value)?.typ === 'rt+jwt';
}

/** Which session a token belongs to; null when it is none of ours. */
export function sessionOf(token: unknown): string | null {
  return headerOf(token) ? (jwtDecode<{ sid?: string }>(token as string).sid ?? null) : null;
}

function headerOf(value: unknown): Record<string, unknown> | null {
  if (typeof value !== 'string') {
    return null;
  }
  try {
    jwtDecode(value); // the claims have to be readable too
    return jwtDecode(value, { header: true });
  } catch {
    return null;
  }
}
