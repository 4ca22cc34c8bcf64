import { Button } from '@graphiql/react';
import { useStore } from 'zustand';

import type { Session } from './session';
import type { SignIn } from './sign-in';

/** What the one who is signed in can do without typing. */
export function Buttons({ session, signIn }: { session: Session; signIn: SignIn }) {
  const isBusy = useStore(session.store, (state) => state.isBusy);
  return (
    <div className="session-buttons">
      <Button onClick={session.refresh} disabled={isBusy || signIn.keeper === 'NOBODY'}>
        Refresh
      </Button>
      <Button onClick={session.logOut} disabled={isBusy}>
        Log out
      </Button>
      <Button onClick={session.forget} title="Drops the tokens here; the session itself lives on">
        Forget
      </Button>
      <RefreshesAhead session={session} />
    </div>
  );
}

function RefreshesAhead({ session }: { session: Session }) {
  const checked = useStore(session.store, ({ refreshesAhead }) => refreshesAhead);
  return (
    <label>
      <input
        type="checkbox"
        checked={checked}
        onChange={({ target }) => session.store.setState({ refreshesAhead: target.checked })}
      />
      Refresh by itself, ahead of expiry
    </label>
  );
}
