import type { SignIn } from './sign-in';
import { useSeconds } from './use-seconds';

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** A time of the server in words, as far away as it is by the clock of the server. */
export function Instant({ verb, seconds, signIn }: { verb: string; seconds: number; signIn: SignIn }) {
  useSeconds();
  const { access, lifetime, since } = signIn;
  const serverNow = access.claims.exp + (performance.now() - since - lifetime) / 1000;
  const instant = new Date(seconds * 1000);
  return (
    <>
      {verb} {inWords(seconds - serverNow)},{' '}
      <time dateTime={instant.toISOString()}>{instant.toLocaleTimeString()}</time>
    </>
  );
}

function inWords(seconds: number): string {
  return Math.abs(seconds) < 60
    ? relative.format(Math.round(seconds), 'second')
    : relative.format(Math.round(seconds / 60), 'minute');
}
