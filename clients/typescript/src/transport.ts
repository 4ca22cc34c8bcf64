import type { Answer } from './answer.js';
import { DaypassError, type DaypassErrorCode } from './errors.js';
import { readJSON } from './json.js';
import type { Operation } from './schema.js';
import { within } from './within.js';

/** Sends one operation to Daypass, once. Whatever does not come back as its data is a {@link DaypassError}. */
export type Send = <Result, Variables>(
  operation: Operation<Result, Variables>,
  variables: Variables,
  accessToken?: string | undefined,
) => Promise<Result>;

interface Extensions {
  readonly code?: DaypassErrorCode;
  readonly reason?: string;
  readonly retryAfter?: number;
  readonly fields?: Readonly<Record<string, string>>;
}

/** `timeout` is in milliseconds, and bounds one request with its answer, also where `fetch` does not heed its signal. */
export function createSend(
  url: string,
  fetch: typeof globalThis.fetch,
  credentials: RequestCredentials,
  timeout: number,
): Send {
  return async (query, variables, accessToken) => {
    const over = new AbortController();
    const exchange = async () => {
      const response = await fetch(url, {
        method: 'POST',
        credentials,
        headers: {
          'Content-Type': 'application/json',
          Accept: 'application/json',
          ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
        },
        body: JSON.stringify({ query, variables }),
        signal: over.signal,
      });
      return { response, text: await response.text() };
    };
    try {
      const { response, text } = await within(timeout, exchange(), 'Daypass');
      return dataOf(response, text);
    } catch (cause) {
      throw cause instanceof DaypassError ? cause : lost(cause);
    } finally {
      over.abort();
    }
  };
}

function lost(cause: unknown): DaypassError {
  return new DaypassError('NETWORK_ERROR', 'Daypass did not answer.', { cause });
}

function dataOf<Result>(response: Response, text: string): Result {
  const { data, errors } = readJSON<Answer>(text);
  const { code, ...details }: Extensions = errors?.[0]?.extensions ?? {};
  if (code) {
    throw new DaypassError(code, errors?.[0]?.message ?? code, details);
  }
  if (!data || errors) {
    throw foreign(response);
  }
  return data as Result;
}

/** What stands between answered in the place of Daypass. A refusal of the request itself (4xx) would come again. */
function foreign({ status, headers }: Response): DaypassError {
  return new DaypassError('BAD_RESPONSE', `Somebody else answered: status ${status}.`, {
    retryable: status < 400 || status >= 500 || status === 408 || status === 429,
    // In seconds; the other form of it, a date, would have to be held against this machine's clock.
    retryAfter: Number(headers.get('Retry-After')) || undefined,
  });
}
