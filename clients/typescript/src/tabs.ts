import type { Pair } from './session.js';
import type { SignedOutReason } from './state.js';

/**
 * What tabs tell each other. `mark` names the refresh token that it is about, where tabs may have different ones.
 * - `news`: I refreshed or signed in. All go on with this pair.
 * - `ended`: the session ended.
 * - `question`: has anybody a token that is good for a while?
 * - `answer`: I have.
 */
export type Word =
  | { readonly kind: 'news' | 'answer'; readonly pair: SentPair; readonly mark: string | null }
  | { readonly kind: 'ended'; readonly reason: SignedOutReason | undefined; readonly mark: string | null }
  | { readonly kind: 'question' };

/** A {@link Pair} on its way to another tab, whose clock began elsewhere: in milliseconds from now. */
export interface SentPair extends Pick<Pair, 'accessToken' | 'user'> {
  readonly freshFor: number;
  readonly goodFor: number;
}

/** The other tabs of the origin, as far as they use this client on the same URL. */
export interface Tabs {
  tell(word: Word): void;
  /** Asks whether anybody has a token, and waits a moment for an answer if there is anybody to give one. */
  ask(): Promise<void>;
  close(): void;
}

/** Nobody else. */
export const alone: Tabs = { tell() {}, async ask() {}, close() {} };

// In milliseconds. An open tab answers within a few; one that is frozen or closed never does, and is not waited for again.
const answerTime = 300;

/** `hear` is called with every word of another tab; whoever awaits an answer goes on when it has returned. */
export function openTabs(name: string, hear: (word: Word) => Promise<void>): Tabs {
  const channel = new BroadcastChannel(name);
  let open = true;
  let company = false;
  let answered = () => {};
  channel.onmessage = async ({ data }: MessageEvent<Word>) => {
    company = true;
    await hear(data).catch(() => {}); // of a storage that fails hears who needs it next
    if (data.kind !== 'question') {
      answered();
    }
  };
  const tell = (word: Word) => {
    if (open) {
      channel.postMessage(word);
    }
  };
  tell({ kind: 'question' });
  return {
    tell,
    async ask() {
      if (!company) {
        return;
      }
      company = false;
      const answer = new Promise<void>((resolve) => {
        answered = resolve;
        setTimeout(resolve, answerTime);
      });
      tell({ kind: 'question' });
      await answer;
    },
    close() {
      open = false;
      channel.close();
    },
  };
}
