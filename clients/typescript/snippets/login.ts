import { DaypassError } from 'daypass-client';

import { daypass } from './daypass.js';

/** Signs in; resolves with what to say beside the form, or with null when all is well. */
export async function signIn(username: string, password: string): Promise<string | null> {
  try {
    await daypass.login({ username, password });
    return null;
  } catch (error) {
    if (!(error instanceof DaypassError)) {
      throw error;
    }
    switch (error.code) {
      case 'INVALID_CREDENTIALS':
        return 'Unknown username or wrong password.';
      case 'RATE_LIMITED':
        return `Too many attempts. Try again in ${error.retryAfter} seconds.`;
      default:
        return error.retryable ? 'That did not get through. Try again.' : error.message;
    }
  }
}
