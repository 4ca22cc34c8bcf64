import { timeLeft, type SignIn } from './sign-in';
import { useSeconds } from './use-seconds';

/** How long the access token is still good for. */
export function Countdown({ signIn }: { signIn: SignIn }) {
  useSeconds();
  const left = timeLeft(signIn, performance.now());
  return (
    <div className="session-countdown" data-expired={left === 0}>
      <div className="session-row">
        <span>Access token</span>
        <span role="timer" aria-label="Access token expires in">
          {left === 0 ? 'expired' : asClock(left)}
        </span>
      </div>
      <div className="session-bar" aria-hidden="true">
        <div style={{ width: `${(100 * left) / signIn.lifetime}%` }} />
      </div>
      <p className="session-hint" role="status" aria-label="Expiry">
        {left === 0 &&
          'It has expired. Daypass takes it for half a minute more, as clocks may differ. Refresh for the next.'}
      </p>
    </div>
  );
}

/** As on a kitchen timer: 14:59, or 1:00:00. */
function asClock(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'));
  const hours = Math.floor(seconds / 3600);
  return (hours > 0 ? [hours, ...parts] : parts).join(':');
}
