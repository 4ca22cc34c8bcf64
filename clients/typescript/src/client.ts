import { cookie } from './cookie.js';
import { DaypassError, failedWith } from './errors.js';
import { createFetch } from './fetch.js';
import { enter, hear, leave, type Household } from './household.js';
import { refreshInTurn } from './refresh.js';
import { retrying } from './retry.js';
import {
  changePassword,
  login,
  logout,
  register,
  type ChangePasswordInput,
  type LoginInput,
  type Operation,
  type PairFragment,
  type TokenDelivery,
} from './schema.js';
import { createSession } from './session.js';
import type { DaypassState, User } from './state.js';
import { keepIn, memory, type TokenStorage } from './storage.js';
import { alone, openTabs } from './tabs.js';
import { createSend } from './transport.js';
import { turnsOfClient, turnsOfOrigin } from './turns.js';

export interface DaypassOptions {
  /** Where the API is, such as `https://api.example.com/graphql`. In a page it may be relative. */
  readonly url: string;
  /** Who keeps the refresh token: the browser in a cookie that no script sees (the default), or `storage`. */
  readonly delivery?: TokenDelivery;
  /** With `BODY`: where the tokens are kept. Without it they are gone with the tab. Tabs that share it share a session. */
  readonly storage?: TokenStorage;
  /** What sends the requests, instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch;
  /** Seconds before its expiry at which an access token is refreshed (30), at most half of its lifetime. */
  readonly refreshAhead?: number;
  /** Seconds after which an operation gives up, retries included (30). A request may take a third of it. */
  readonly timeout?: number;
}

export type Credentials = Pick<LoginInput, 'username' | 'password'>;
export type NewPassword = Pick<ChangePasswordInput, 'currentPassword' | 'newPassword'>;

/** A session with Daypass. Its functions may be passed around without it. All that they throw is a {@link DaypassError}. */
export interface Daypass {
  readonly state: DaypassState;
  /** Calls back on every change of the state, by whatever tab. Returns what ends that. */
  subscribe(listener: (state: DaypassState) => void): () => void;
  /**
   * An access token for the next request; null when nobody is signed in. Throws what is retryable when that cannot be told. A
   * token that somebody answered UNAUTHENTICATED to is `refused`: it is not handed out again.
   */
  getAccessToken(options?: { readonly refused?: string | undefined }): Promise<string | null>;
  /** The token that `getAccessToken` would hand out without a wait, else null. */
  peekAccessToken(): string | null;
  /** A `fetch` that adds the access token, and asks once more with a new one when it is refused. Use it for services that you trust. */
  fetch: typeof globalThis.fetch;
  /** Makes an account and signs in. Not repeated by itself: see `login`. */
  register(credentials: Credentials): Promise<User>;
  /** Signs in. Not repeated by itself: whether a lost answer was a yes nobody can tell, and somebody is there to try again. */
  login(credentials: Credentials): Promise<User>;
  /** Changes the password of who is signed in, and ends all other sessions. Not repeated by itself. */
  changePassword(passwords: NewPassword): Promise<User>;
  /** Ends the session, in all tabs. When it throws, the session lives on. */
  logout(): Promise<void>;
  /** Hears and tells other tabs nothing any more, and waits for no more retries. */
  close(): void;
}

export function createDaypass(options: DaypassOptions): Daypass {
  const { delivery = 'COOKIE', storage, refreshAhead = 30, timeout = 30 } = options;
  const inBrowser = 'location' in globalThis && globalThis.origin !== 'null';
  const url = inBrowser ? new URL(options.url, location.href).href : options.url;
  const patience = 1_000 * timeout;
  // Memory is of one tab, and in a server one process may speak for many people: nothing is shared there.
  const shared = inBrowser && (delivery === 'COOKIE' || storage !== undefined);
  const name = `daypass ${delivery} ${url}`;

  const send = createSend(
    url,
    options.fetch ?? ((...request) => fetch(...request)),
    delivery === 'COOKIE' ? 'include' : 'omit',
    patience / 3,
  );
  const inTurn = shared && navigator.locks ? turnsOfOrigin(navigator.locks, name, patience) : turnsOfClient();
  const session = createSession();
  const keeper = delivery === 'COOKIE' ? cookie : keepIn(storage ?? memory());
  const tabs = shared && 'BroadcastChannel' in globalThis ? openTabs(name, (word) => hear(house, word)) : alone;
  const house: Household = { session, keeper, tabs, send, refreshAhead: 1_000 * refreshAhead };
  const closing = new AbortController();
  const repeatedly = <T>(work: () => Promise<T>) => retrying(patience, closing.signal, () => inTurn(work));

  let underWay: Promise<string | null> | undefined;
  const refresh = () => {
    underWay ??= repeatedly(() => refreshInTurn(house)).finally(() => (underWay = undefined));
    return underWay;
  };

  const peekAccessToken = () => {
    const good = session.good();
    if (good && !session.fresh()) {
      // There is time left: whoever asks again later hears of a failure.
      refresh().catch(() => {});
    }
    return good?.accessToken ?? null;
  };

  const getAccessToken: Daypass['getAccessToken'] = async ({ refused } = {}) => {
    if (refused) {
      session.refuse(refused);
    }
    return peekAccessToken() ?? (session.state.status === 'signedOut' ? null : refresh());
  };

  const signIn = <Input>(
    operation: Operation<{ readonly payload: PairFragment }, { input: Input & { tokenDelivery: TokenDelivery } }>,
    input: Input,
    accessToken?: string,
  ) =>
    inTurn(async () => {
      const asked = performance.now();
      const { payload } = await send(operation, { input: { ...input, tokenDelivery: delivery } }, accessToken);
      await keeper.keep(payload);
      return (await enter(house, payload, asked)).user;
    });

  return {
    get state() {
      return session.state;
    },
    subscribe: session.subscribe,
    getAccessToken,
    peekAccessToken,
    fetch: createFetch(getAccessToken, options.fetch),
    register: ({ username, password }) => signIn(register, { username, password }),
    login: async ({ username, password }) => signIn(login, { username, password, ...(await keeper.device()) }),
    async changePassword({ currentPassword, newPassword }) {
      const change = async (accessToken: string | null) => {
        if (!accessToken) {
          throw new DaypassError('UNAUTHENTICATED', 'Nobody is signed in.');
        }
        return signIn(changePassword, { currentPassword, newPassword }, accessToken);
      };
      const accessToken = await getAccessToken();
      return change(accessToken).catch(async (error) => {
        if (!accessToken || !failedWith('UNAUTHENTICATED', error)) {
          throw error;
        }
        return change(await getAccessToken({ refused: accessToken }));
      });
    },
    logout: () =>
      repeatedly(async () => {
        const presented = await keeper.present();
        await send(logout, { input: presented?.input }, session.good()?.accessToken);
        await leave(house, presented, 'LOGGED_OUT');
      }),
    close() {
      closing.abort();
      tabs.close();
    },
  };
}
