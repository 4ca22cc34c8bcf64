import type { User } from 'daypass-client';
import { useEffect, useState } from 'react';

import { Account } from './account';
import { daypass, useDaypass } from './daypass';
import { GraphQLProvider } from './graphql';
import { Problem } from './problem';
import { SignIn } from './sign-in';

/** Shows what fits the session, whichever tab changed it. */
export function App() {
  const state = useDaypass();
  switch (state.status) {
    case 'unknown':
      return <Opening />;
    case 'signedOut':
      return <SignIn reason={state.reason} />;
    case 'signedIn':
      // The key: another user finds nothing of this one, in no cache either.
      return <SignedIn key={state.user.id} user={state.user} />;
  }
}

/** Asks, after a load, whether the browser holds a session. */
function Opening() {
  const [error, setError] = useState<unknown>();
  const ask = () => {
    setError(undefined);
    daypass.getAccessToken().catch(setError);
  };
  useEffect(ask, []);
  return (
    <main>
      {error ? (
        <>
          <Problem error={error} />
          <button onClick={ask}>Try again</button>
        </>
      ) : (
        <p role="status">One moment…</p>
      )}
    </main>
  );
}

function SignedIn({ user }: { user: User }) {
  const [error, setError] = useState<unknown>();
  const signOut = () => {
    setError(undefined);
    daypass.logout().catch(setError);
  };
  return (
    <>
      <header>
        <h1>{document.title}</h1>
        <p>
          Signed in as <strong>{user.username}</strong>
        </p>
        <button onClick={signOut}>Sign out</button>
      </header>
      <main>
        <Problem error={error} />
        <GraphQLProvider>
          <Account />
        </GraphQLProvider>
      </main>
    </>
  );
}
