import type { GraphQLRequest, Values } from './exchange';
import { readAccessToken, type AccessToken } from './jwt';
import { openVariables, type Operation } from './operation';
import type { SignIn } from './sign-in';

export type TokenDelivery = 'BODY' | 'COOKIE';
export type Headers = Record<string, string>;

/** What the panel can add to a request. */
export interface Supply {
  signIn: SignIn | null;
  /** Where the next sign-in leaves the refresh token. */
  delivery: TokenDelivery;
}

/** What the panel added to a request, to be told. */
export interface Additions {
  /** Whose Authorization header went along. */
  authorization: 'PANEL' | 'TYPED' | 'NONE';
  /** The variables that it filled in. */
  variables: string[];
}

/** A request as it is sent. */
export interface CompleteRequest {
  request: GraphQLRequest;
  headers: Headers;
  asker: AccessToken | null;
  additions: Additions;
}

/** Adds what whoever typed the request left out. What was typed always stands. */
export function complete(
  request: GraphQLRequest,
  operation: Operation | null,
  typed: Headers,
  supply: Supply,
): CompleteRequest {
  const filled = operation ? fill(openVariables(operation, request.variables ?? {}), supply) : {};
  const { headers, authorization } = authorize(typed, supply.signIn);
  return {
    request: { ...request, variables: { ...request.variables, ...filled } },
    headers,
    asker: askerIn(headers),
    additions: { authorization, variables: Object.keys(filled) },
  };
}

function fill(open: Map<string, string>, supply: Supply): Values {
  const values = [...open].map(([name, type]) => [name, valueOf(type, supply)] as const);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/** Without an input, `refreshToken` and `logout` take the cookie. */
function valueOf(type: string, { signIn, delivery }: Supply): unknown {
  switch (type) {
    case 'RefreshTokenInput':
    case 'LogoutInput':
      return signIn?.refreshToken ? { refreshToken: signIn.refreshToken } : undefined;
    case 'TokenDelivery':
      return delivery;
  }
}

function authorize(
  typed: Headers,
  signIn: SignIn | null,
): { headers: Headers; authorization: Additions['authorization'] } {
  if (Object.keys(typed).some(isAuthorization)) {
    return { headers: typed, authorization: 'TYPED' };
  }
  if (!signIn) {
    return { headers: typed, authorization: 'NONE' };
  }
  return { headers: { ...typed, Authorization: `Bearer ${signIn.access.raw}` }, authorization: 'PANEL' };
}

function askerIn(headers: Headers): AccessToken | null {
  const [, value] = Object.entries(headers).find(([name]) => isAuthorization(name)) ?? [];
  return readAccessToken(value?.replace(/^Bearer +/i, ''));
}

function isAuthorization(name: string): boolean {
  return name.toLowerCase() === 'authorization';
}
