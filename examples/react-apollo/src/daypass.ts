import { createDaypass, DaypassError, type DaypassErrorCode } from 'daypass-client';
import { useSyncExternalStore } from 'react';

/** Where Daypass answers. A path is one of the page's own origin. */
export const url: string = import.meta.env.VITE_DAYPASS_URL ?? '/graphql';

/** Signs in and out, and knows the access token. The refresh token is in a cookie that no script can read. */
export const daypass = createDaypass({ url });

const state = () => daypass.state;

/** Who is signed in; it changes in all tabs of the origin together. */
export function useDaypass() {
  return useSyncExternalStore(daypass.subscribe, state);
}

/** What GraphQL clients report for each thing that went wrong; without extensions when there was no answer. */
interface AnsweredError {
  message: string;
  extensions?: { code?: DaypassErrorCode; reason?: string; retryAfter?: number; fields?: Record<string, string> };
}

/** Brings what GraphQL clients report into the terms in which a sign-in fails. */
export function daypassErrorFrom(error: unknown): DaypassError {
  if (error instanceof DaypassError) {
    return error;
  }
  const { message, extensions } = error as AnsweredError;
  return new DaypassError(extensions?.code ?? 'NETWORK_ERROR', message, { ...extensions, cause: error });
}
