import { useStore } from 'zustand';

import { AdditionsNote } from './additions-note';
import { Buttons } from './buttons';
import { Claims } from './claims';
import { DeliverySwitch } from './delivery-switch';
import { FaultNotice } from './fault-notice';
import { Pass } from './pass';
import type { Session } from './session';

/** Who is signed in, by which tokens, and for how long. */
export function SessionPanel({ session }: { session: Session }) {
  const state = useStore(session.store);
  const { signIn, fault } = state;
  return (
    <section className="session" aria-label="Session">
      <h2 className="session-title">Session</h2>
      <Pass {...state} />
      {signIn && <Buttons session={session} signIn={signIn} />}
      <div role="status" aria-label="Last error">
        {fault && <FaultNotice fault={fault} />}
      </div>
      <AdditionsNote {...state} />
      {signIn ? <Claims signIn={signIn} /> : <DeliverySwitch session={session} />}
    </section>
  );
}
