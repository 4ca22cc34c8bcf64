import type { AccessToken } from './jwt';
import type { RootField } from './operation';

export type Values = Record<string, unknown>;

/** What is asked (GraphQL over HTTP, section 5). */
export interface GraphQLRequest {
  query: string;
  operationName?: string | null;
  variables?: Values;
}

/** What is answered, at once or as one event of a subscription. */
export interface Answer {
  data?: Values | null;
  errors?: readonly AnswerError[];
}

export interface AnswerError {
  message: string;
  path?: readonly (string | number)[];
  extensions?: Values;
}

/** An answer beside what it answers. */
export interface Exchange {
  fields: RootField[];
  /** The access token that the request carried, be it ours or a typed one. */
  asker: AccessToken | null;
  /** When it was sent, in milliseconds of a clock that nobody sets (performance.now). */
  sentAt: number;
  answer: Answer;
}

/** The refresh token that a field was given in its input; null when it was left to the cookie. */
export function presentedToken({ args }: RootField): string | null {
  const token = inputOf(args).refreshToken;
  return typeof token === 'string' ? token : null;
}

export function inputOf(args: Values): Values {
  return typeof args.input === 'object' && args.input !== null ? (args.input as Values) : {};
}
