import type { ErrorCode } from './schema.js';

/**
 * What can go wrong: what Daypass answers, and where no answer of Daypass came. `NETWORK_ERROR`: the request or its
 * answer was lost. `TIMEOUT`: it, or its turn, did not come in time. `BAD_RESPONSE`: something else answered, such as a
 * proxy.
 */
export type DaypassErrorCode = ErrorCode | 'NETWORK_ERROR' | 'TIMEOUT' | 'BAD_RESPONSE';

interface Details {
  readonly reason?: string | undefined;
  readonly retryAfter?: number | undefined;
  readonly retryable?: boolean;
  readonly fields?: Readonly<Record<string, string>> | undefined;
  readonly cause?: unknown;
}

const passing: readonly string[] = [
  'RATE_LIMITED',
  'SERVICE_UNAVAILABLE',
  'INTERNAL_SERVER_ERROR',
  'NETWORK_ERROR',
  'TIMEOUT',
];

/** Why an operation failed. Switch on `code`, never on `message`. */
export class DaypassError extends Error {
  override readonly name = 'DaypassError';
  readonly code: DaypassErrorCode;
  /** Why a refresh token is of no use any more: `EXPIRED`, `REVOKED`, `REUSED` or `INVALID`. */
  readonly reason: string | undefined;
  /** Seconds to wait before the next try. */
  readonly retryAfter: number | undefined;
  /** Whether the same may work later. Nothing was said about the session then: it goes on. */
  readonly retryable: boolean;
  /** What is wrong with which value, such as `input.password`. */
  readonly fields: Readonly<Record<string, string>> | undefined;

  constructor(code: DaypassErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.code = code;
    this.reason = details.reason;
    this.retryAfter = details.retryAfter;
    this.retryable = details.retryable ?? passing.includes(code);
    this.fields = details.fields;
  }
}

/** Whether something failed with that code. */
export function failedWith(code: DaypassErrorCode, error: unknown): error is DaypassError {
  return error instanceof DaypassError && error.code === code;
}
