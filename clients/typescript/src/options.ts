import type { TokenDelivery } from './schema.js';
import type { TokenStorage } from './storage.js';

export interface DaypassOptions {
  /** Where the API is, such as `https://api.example.com/graphql`. In a page it may be relative. */
  readonly url: string;
  /** Who keeps the refresh token: the browser in a cookie that no script sees (the default), or `storage`. */
  readonly delivery?: TokenDelivery | undefined;
  /**
   * With `BODY`: where the tokens are kept. Without it they are gone with the tab. Tabs that share it share a session.
   */
  readonly storage?: TokenStorage | undefined;
  /** What sends the requests, instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Seconds before its expiry at which an access token is refreshed (30), at most half of its lifetime. */
  readonly refreshAhead?: number | undefined;
  /**
   * Seconds after which no operation is tried again, nor waits for its turn (30). One request, or one use of
   * the storage, may take a third of it.
   */
  readonly timeout?: number | undefined;
}
