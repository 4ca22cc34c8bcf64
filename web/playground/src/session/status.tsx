import type { Ending } from './ending';
import type { SessionState } from './session';
import { nameOf } from './sign-in';
import { useWords } from './words';

/** One sentence, which screen readers tell when it changes. */
export function Status({ signIn, ending }: SessionState) {
  return (
    <div className="session-status" role="status" aria-label="Who is signed in">
      {signIn ? `${nameOf(signIn)} is signed in` : ending ? <Ended {...ending} /> : 'Nobody is signed in'}
    </div>
  );
}

function Ended({ who, reason }: Ending) {
  const words = useWords('SessionEndReason', reason);
  return (
    <>
      {who} is signed out
      {reason && (
        <p className="session-hint">
          <code>{reason}</code>: {words}
        </p>
      )}
    </>
  );
}
