import { isRefreshToken, readAccessToken, type AccessToken } from './jwt';

/** What signs somebody in, as an answer carried it. */
export interface Pair {
  access: AccessToken;
  /** Null when the answer had none: a cookie has it, or nobody asked for it. */
  refreshToken: string | null;
  /** Seconds until the access token expires; null when nobody asked for it. */
  expiresIn: number | null;
}

/** Finds a pair in the data of an answer, under whatever alias: tokens are told by their type. */
export function pairIn(data: unknown): Pair | null {
  return objectsIn(data).map(pairOf).find((pair) => pair !== null) ?? null;
}

/** Finds the name of an account in the data of an answer. */
export function usernameIn(data: unknown, id: string): string | null {
  const account = objectsIn(data).find((object) => object.id === id && typeof object.username === 'string');
  return (account?.username as string | undefined) ?? null;
}

function pairOf(object: Record<string, unknown>): Pair | null {
  const values = Object.values(object);
  const access = values.map(readAccessToken).find((token) => token !== null);
  if (!access) {
    return null;
  }
  const { expiresIn } = object;
  return {
    access,
    refreshToken: values.find(isRefreshToken) ?? null,
    expiresIn: typeof expiresIn === 'number' ? expiresIn : null,
  };
}

function objectsIn(value: unknown): Record<string, unknown>[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const inside = Object.values(value).flatMap(objectsIn);
  return Array.isArray(value) ? inside : [value as Record<string, unknown>, ...inside];
}
