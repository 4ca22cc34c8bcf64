import { cookie } from './cookie.js';
import type { Keeper } from './keeper.js';
import type { DaypassOptions } from './options.js';
import { createSession, type Session } from './session.js';
import { keepIn, memory, punctual } from './storage.js';
import { alone, openTabs, type Tabs, type Word } from './tabs.js';
import { createSend, type Send } from './transport.js';
import { turnsOfClient, turnsOfOrigin, type InTurn } from './turns.js';

/** What the operations of one client work with. Times are in milliseconds. */
export interface Household {
  readonly session: Session;
  readonly keeper: Keeper;
  readonly tabs: Tabs;
  readonly send: Send;
  /** Everything that changes the refresh token waits for its turn. */
  readonly inTurn: InTurn;
  /** For how long an operation goes on. */
  readonly patience: number;
  /** How long before its expiry an access token is not fresh any more. */
  readonly refreshAhead: number;
  readonly closed: AbortSignal;
}

/** Makes what `hear` and the operations need, of what there is where this runs. */
export function furnish(options: DaypassOptions, closed: AbortSignal, hear: (word: Word) => Promise<void>): Household {
  const { delivery = 'COOKIE', storage, refreshAhead = 30, timeout = 30 } = options;
  const inPage = 'location' in globalThis && globalThis.origin !== 'null';
  const url = inPage ? new URL(options.url, location.href).href : options.url;
  // Memory is of one tab, and in a server one process may speak for many people: nothing is shared there.
  const shared = inPage && (delivery === 'COOKIE' || storage !== undefined);
  const name = `daypass ${delivery} ${url}`;
  const patience = 1_000 * timeout;
  const step = patience / 3;
  const send = options.fetch ?? ((...request) => fetch(...request));
  return {
    session: createSession(),
    keeper: delivery === 'COOKIE' ? cookie : keepIn(storage ? punctual(storage, step) : memory()),
    tabs: shared && 'BroadcastChannel' in globalThis ? openTabs(name, hear) : alone,
    send: createSend(url, send, delivery === 'COOKIE' ? 'include' : 'omit', step),
    inTurn: shared && navigator.locks ? turnsOfOrigin(navigator.locks, name) : turnsOfClient(),
    patience,
    refreshAhead: 1_000 * refreshAhead,
    closed,
  };
}
