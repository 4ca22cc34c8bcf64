import type { Answer, Values } from './exchange';

/** The first error of an answer. */
export interface Fault {
  /** An ErrorCode of the schema; null when whatever answered is not the API. */
  code: string | null;
  message: string;
  /** Why a refresh token is of no use. */
  reason: string | null;
  /** Seconds to wait. */
  retryAfter: number | null;
  /** What is wrong with which input. */
  fields: [path: string, reason: string][];
}

export function faultIn({ errors }: Answer): Fault | null {
  const error = errors?.[0];
  return error ? { ...detailsOf(error.extensions ?? {}), message: error.message } : null;
}

/** A request that got no answer. */
export function noAnswer(cause: unknown): Fault {
  return { ...detailsOf({}), message: cause instanceof Error ? cause.message : String(cause) };
}

function detailsOf({ code, reason, retryAfter, fields }: Values): Omit<Fault, 'message'> {
  return {
    code: typeof code === 'string' ? code : null,
    reason: typeof reason === 'string' ? reason : null,
    retryAfter: typeof retryAfter === 'number' ? retryAfter : null,
    fields: Object.entries(fields ?? {}).map(([path, why]) => [path, String(why)]),
  };
}
