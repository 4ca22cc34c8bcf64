import { Button } from '@graphiql/react';
import { useStore } from 'zustand';

import type { TokenDelivery } from './complete';
import type { Session } from './session';

const choices: [TokenDelivery, string][] = [
  ['BODY', 'the answer; the panel keeps it, and a reload forgets it'],
  ['COOKIE', 'a cookie that no script can read; it outlives a reload'],
];

/** Where the next sign-in leaves the refresh token; and the way back to one that a cookie has from before a reload. */
export function DeliverySwitch({ session }: { session: Session }) {
  const { delivery, isBusy } = useStore(session.store);
  return (
    <fieldset className="session-delivery">
      <legend>The next sign-in puts the refresh token into</legend>
      {choices.map(([value, words]) => (
        <label key={value}>
          <input
            type="radio"
            name="delivery"
            checked={value === delivery}
            onChange={() => session.store.setState({ delivery: value })}
          />
          <span>
            <code>{value}</code>: {words}
          </span>
        </label>
      ))}
      <p className="session-hint">
        The panel gives this to a variable of type <code>TokenDelivery</code> that you leave out.
      </p>
      <p className="session-hint">
        A reload forgets this choice, but no cookie: after a sign-in with <code>COOKIE</code> you can resume.
      </p>
      <Button onClick={session.refresh} disabled={isBusy}>
        Resume from the cookie
      </Button>
    </fieldset>
  );
}
