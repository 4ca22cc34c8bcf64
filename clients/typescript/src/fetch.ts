import type { AccessTokens } from './access-token.js';
import type { Answer } from './answer.js';
import { readJSON } from './json.js';
import { refusedAccess } from './refused.js';

/** Makes a `fetch` of a session's own. What it adds to the answer of a service is at most a second request. */
export function createFetch(getAccessToken: AccessTokens['get'], fetch?: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const send = (accessToken: string | null) => {
      const attempt = request.clone();
      if (accessToken) {
        attempt.headers.set('Authorization', `Bearer ${accessToken}`);
      }
      return (fetch ?? globalThis.fetch)(attempt);
    };
    const accessToken = await getAccessToken();
    const response = await send(accessToken);
    if (!accessToken || !(await refuses(response, request))) {
      return response;
    }
    const next = await getAccessToken({ refused: accessToken });
    return next ? send(next) : response;
  };
}

/** A service says it in GraphQL, or by its status (RFC 6750 section 3.1). */
async function refuses(response: Response, request: Request): Promise<boolean> {
  if (response.status === 401) {
    return true;
  }
  if (!/\bjson\b/.test(response.headers.get('Content-Type') ?? '')) {
    return false;
  }
  const answer = await response.clone().text();
  if (!answer.includes('"UNAUTHENTICATED"')) {
    return false;
  }
  return refusedAccess(readJSON<Answer>(answer), await mayMutate(request));
}

/** Nobody can tell what a document does that is not in the body, but for a GET: that changes nothing. */
async function mayMutate(request: Request): Promise<boolean> {
  const { query } = readJSON<{ query: unknown }>(await request.clone().text());
  return request.method !== 'GET' && (typeof query !== 'string' || /\bmutation\b/.test(query));
}
