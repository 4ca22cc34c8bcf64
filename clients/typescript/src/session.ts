import type { DaypassState, SignedOutReason, User } from './state.js';

/** An access token, and until when it is fresh and good by `performance.now()`: no clock of a wall is asked. */
export interface Pair {
  readonly accessToken: string;
  readonly user: User;
  readonly freshUntil: number;
  readonly goodUntil: number;
}

/** What this tab knows of the session. */
export interface Session {
  readonly state: DaypassState;
  /** The pair that is good still. */
  good(): Pair | undefined;
  /** The pair that need not be refreshed yet. */
  fresh(): Pair | undefined;
  /** Takes note that somebody did not accept this token. */
  refuse(accessToken: string): void;
  refused(accessToken: string): boolean;
  enter(pair: Pair): void;
  leave(reason?: SignedOutReason): void;
  subscribe(listener: (state: DaypassState) => void): () => void;
}

export function createSession(): Session {
  let state: DaypassState = { status: 'unknown' };
  let pair: Pair | undefined;
  let refused: string | undefined;
  const listeners = new Set<(state: DaypassState) => void>();

  const become = (next: DaypassState) => {
    state = Object.freeze(next);
    for (const listener of listeners) {
      try {
        listener(state);
      } catch (error) {
        report(error);
      }
    }
  };
  return {
    get state() {
      return state;
    },
    good: () => (pair && performance.now() < pair.goodUntil ? pair : undefined),
    fresh: () => (pair && performance.now() < pair.freshUntil ? pair : undefined),
    refuse(accessToken) {
      refused = accessToken;
      if (pair?.accessToken === accessToken) {
        pair = undefined;
      }
    },
    refused: (accessToken) => accessToken === refused,
    enter(next) {
      pair = next;
      if (!same(state.user, next.user)) {
        become({ status: 'signedIn', user: Object.freeze(next.user) });
      }
    },
    leave(reason) {
      pair = undefined;
      if (state.status !== 'signedOut') {
        become({ status: 'signedOut', reason });
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Makes an uncaught exception of a fault of a listener, as events do: neither the session nor others can help it. */
function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

function same(one: User | undefined, other: User): boolean {
  return one?.id === other.id && one.username === other.username && one.role === other.role;
}
