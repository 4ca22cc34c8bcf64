import type { ReactNode } from 'react';

import { Problem } from './problem';

interface Event {
  readonly id: string;
  readonly kind: string;
  readonly createdAt: string;
  readonly deviceName: string | null | undefined;
}

interface Session {
  readonly id: string;
  readonly deviceName: string | null | undefined;
  readonly ipAddress: string | null | undefined;
  readonly lastUsedAt: string;
  readonly current: boolean;
}

const happened: Record<string, string> = {
  SIGNED_UP: 'Account created',
  SIGNED_IN: 'Signed in',
  SIGN_IN_FAILED: 'Wrong password',
  REFRESHED_FROM_NEW_PLACE: 'Used from a new place',
  REUSE_DETECTED: 'Somebody else used a session; it was ended',
  LOGGED_OUT: 'Signed out',
  REVOKED: 'Session ended from another one',
  PASSWORD_CHANGED: 'Password changed',
  ROLE_CHANGED: 'Role changed',
  THROTTLED: 'Slowed down after too many attempts',
};

/** A part of the page with an answer of its own. */
export function Panel({ title, error, children }: { title: string; error?: unknown; children?: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      <Problem error={error} />
      {children ?? (error === undefined && <p role="status">One moment…</p>)}
    </section>
  );
}

export function Person({ user }: { user: { readonly username: string; readonly role: string; readonly createdAt: string } }) {
  return (
    <dl>
      <dt>Username</dt>
      <dd>{user.username}</dd>
      <dt>Role</dt>
      <dd>{user.role}</dd>
      <dt>Since</dt>
      <dd>
        <Moment at={user.createdAt} />
      </dd>
    </dl>
  );
}

export function Sessions({ sessions, onEnd }: { sessions: readonly Session[]; onEnd: (id: string) => void }) {
  return (
    <ul>
      {sessions.map(({ id, deviceName, ipAddress, lastUsedAt, current }) => (
        <li key={id}>
          <p>
            {deviceName ?? 'Unknown device'} {current && <em>this device</em>}
            <small>
              {ipAddress}, last used <Moment at={lastUsedAt} />
            </small>
          </p>
          {!current && (
            <button onClick={() => onEnd(id)} aria-label={`End the session on ${deviceName ?? 'an unknown device'}`}>
              End
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

export function Events({ events }: { events: readonly Event[] }) {
  return (
    <ul>
      {events.map(({ id, kind, createdAt, deviceName }) => (
        <li key={id} className={kind === 'REUSE_DETECTED' ? 'danger' : undefined}>
          <p>
            {happened[kind] ?? kind}
            <small>
              <Moment at={createdAt} />
              {deviceName && `, ${deviceName}`}
            </small>
          </p>
        </li>
      ))}
    </ul>
  );
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

function Moment({ at }: { at: string }) {
  return <time dateTime={at}>{format.format(new Date(at))}</time>;
}
