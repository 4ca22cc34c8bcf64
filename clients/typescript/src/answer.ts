/** A GraphQL response (GraphQL section 7.1), as far as it matters here. */
export interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors?: readonly AnsweredError[] | undefined;
}

export interface AnsweredError {
  readonly message: string;
  readonly path?: readonly unknown[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}
