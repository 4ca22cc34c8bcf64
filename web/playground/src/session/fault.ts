import { presentedToken, type Exchange, type Values } from './exchange';

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
  /** Whether a refresh was left to the cookie, and there is none. */
  lacksCookie: boolean;
}

export function faultIn(exchange: Exchange): Fault | null {
  const error = exchange.answer.errors?.[0];
  if (!error) {
    return null;
  }
  const details = detailsOf(error.extensions ?? {});
  return { ...details, message: error.message, lacksCookie: isLeftToCookie(exchange) && missesToken(details) };
}

/** A request that got no answer. */
export function noAnswer(cause: unknown): Fault {
  return { ...detailsOf({}), lacksCookie: false, message: cause instanceof Error ? cause.message : String(cause) };
}

function isLeftToCookie({ fields }: Exchange): boolean {
  return fields.some((field) => field.name === 'refreshToken' && presentedToken(field) === null);
}

function missesToken({ code, fields }: Details): boolean {
  return code === 'BAD_USER_INPUT' && fields.some(([path]) => path === 'input.refreshToken');
}

type Details = Pick<Fault, 'code' | 'reason' | 'retryAfter' | 'fields'>;

function detailsOf({ code, reason, retryAfter, fields }: Values): Details {
  return {
    code: typeof code === 'string' ? code : null,
    reason: typeof reason === 'string' ? reason : null,
    retryAfter: typeof retryAfter === 'number' ? retryAfter : null,
    fields: Object.entries(fields ?? {}).map(([path, why]) => [path, String(why)]),
  };
}
