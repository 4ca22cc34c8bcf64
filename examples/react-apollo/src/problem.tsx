import { daypassErrorOf } from './graphql';

/** What to tell a person, by `extensions.code`. */
const texts: Record<string, string> = {
  INVALID_CREDENTIALS: 'Unknown username or wrong password.',
  USERNAME_TAKEN: 'This username is in use.',
  BAD_USER_INPUT: 'Please mend what is marked.',
  FORBIDDEN: 'Your account may not do that.',
  NOT_FOUND: 'There is no such thing any more.',
  CROSS_ORIGIN_REFUSED: 'This page may not sign anybody in: its origin is not allowed.',
  RATE_LIMITED: 'Too many attempts.',
  SERVICE_UNAVAILABLE: 'The service is busy.',
  NETWORK_ERROR: 'The service cannot be reached.',
  TIMEOUT: 'The service does not answer.',
};

/** Says what went wrong, and whether it is worth trying again. */
export function Problem({ error }: { error: unknown }) {
  if (error === undefined) {
    return null;
  }
  const { code, retryable, retryAfter } = daypassErrorOf(error);
  const again = retryAfter ? `Try again in ${retryAfter} seconds.` : 'Try again in a moment.';
  return (
    <p role="alert" className="problem" data-code={code}>
      {texts[code] ?? 'Something went wrong.'} {retryable && again}
    </p>
  );
}
