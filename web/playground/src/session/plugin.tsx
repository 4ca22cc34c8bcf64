import type { GraphiQLPlugin } from '@graphiql/react';

import { SessionPanel } from './panel';
import type { Session } from './session';
import { TicketIcon } from './ticket-icon';

/** Shows a session beside the editor. */
export function sessionPlugin(session: Session): GraphiQLPlugin {
  return { title: 'Session', icon: TicketIcon, content: () => <SessionPanel session={session} /> };
}
