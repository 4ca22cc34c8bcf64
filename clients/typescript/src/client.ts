import { createAccessTokens } from './access-token.js';
import { createFetch } from './fetch.js';
import { furnish, type Household } from './household.js';
import { hear, leave } from './news.js';
import type { DaypassOptions } from './options.js';
import { repeatedly } from './retry.js';
import { login, logout, register, type LoginInput } from './schema.js';
import { signIn, signInAnew, type NewPassword } from './sign-in.js';
import type { DaypassState, User } from './state.js';

export type Credentials = Pick<LoginInput, 'username' | 'password'>;

/**
 * A session with Daypass. Its functions may be passed around without it. What they throw is a `DaypassError`, or comes
 * from the storage that was given.
 */
export interface Daypass {
  readonly state: DaypassState;
  /** Calls back on every change of the state, by whatever tab. Returns what ends that. */
  subscribe(listener: (state: DaypassState) => void): () => void;
  /**
   * An access token for the next request; null when nobody is signed in. Throws what is retryable when that cannot be
   * told. A token that somebody answered UNAUTHENTICATED to is `refused`: it is not handed out again.
   */
  getAccessToken(options?: { readonly refused?: string | undefined }): Promise<string | null>;
  /** The token that `getAccessToken` would hand out without a wait, else null. */
  peekAccessToken(): string | null;
  /**
   * A `fetch` that adds the access token, and asks once more with a new one when it is refused. Use it for services
   * that you trust.
   */
  fetch: typeof globalThis.fetch;
  /** Makes an account and signs in. Not repeated by itself. */
  register(credentials: Credentials): Promise<User>;
  /**
   * Signs in. Not repeated by itself: whether a lost answer was a yes nobody can tell, and somebody is there to try
   * again.
   */
  login(credentials: Credentials): Promise<User>;
  /** Changes the password of who is signed in, and ends all their other sessions. Not repeated by itself. */
  changePassword(passwords: NewPassword): Promise<User>;
  /** Ends the session, in all tabs. When it throws, the session may live on: the state stays. */
  logout(): Promise<void>;
  /** Hears and tells other tabs nothing any more, and waits for no more retries. */
  close(): void;
}

/** Makes a client. It asks for nothing by itself: the first `getAccessToken` tells who is signed in. */
export function createDaypass(options: DaypassOptions): Daypass {
  const closing = new AbortController();
  const house: Household = furnish(options, closing.signal, (word) => hear(house, word));
  const accessTokens = createAccessTokens(house);
  return {
    get state() {
      return house.session.state;
    },
    subscribe: house.session.subscribe,
    getAccessToken: accessTokens.get,
    peekAccessToken: accessTokens.peek,
    fetch: createFetch(accessTokens.get, options.fetch),
    register: ({ username, password }) => signIn(house, register, { username, password }),
    login: async ({ username, password }) => signIn(house, login, { username, password, ...(await house.keeper.device()) }),
    changePassword: (passwords) => signInAnew(house, accessTokens, passwords),
    logout: () => repeatedly(house, () => signOut(house)),
    close() {
      closing.abort();
      house.tabs.close();
    },
  };
}

/** Safe to repeat. The access token names the session where nothing else does. */
async function signOut(house: Household): Promise<void> {
  const presented = await house.keeper.present();
  await house.send(logout, { input: presented?.input }, house.session.good()?.accessToken);
  await leave(house, presented, 'LOGGED_OUT');
}
