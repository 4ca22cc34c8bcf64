/** A token, so that it can be told from another and not be used. */
export function shorten(token: string): string {
  return `${token.slice(0, 8)}…${token.slice(-6)}`;
}
