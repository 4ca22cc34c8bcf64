import { Countdown } from './countdown';
import type { SessionState } from './session';
import type { SignIn } from './sign-in';
import { Status } from './status';
import { shorten } from './shorten';

/** The session as a ticket: whose it is, the refresh token that renews it, and the access token that opens things. */
export function Pass(state: SessionState) {
  const { signIn } = state;
  return (
    <div className="session-pass">
      <div>
        <div className="session-row">
          <Status {...state} />
          {signIn && <span className="session-role">{signIn.access.claims.role}</span>}
        </div>
        {signIn && <code>{signIn.access.claims.sid}</code>}
      </div>
      {signIn && <RefreshToken {...signIn} />}
      {signIn && <Countdown signIn={signIn} />}
    </div>
  );
}

function RefreshToken({ keeper, refreshToken, access }: SignIn) {
  return (
    <div>
      <div className="session-row">
        <span>Refresh token</span>
        <span className="session-hint">generation {access.claims.gen}</span>
      </div>
      {keeper === 'PANEL' && <code>{shorten(refreshToken ?? '')}</code>}
      {keeper === 'COOKIE' && <span className="session-hint">in a cookie that no script can read</span>}
      {keeper === 'NOBODY' && <span className="session-hint">not in the answer: select it, and refreshing works</span>}
    </div>
  );
}
