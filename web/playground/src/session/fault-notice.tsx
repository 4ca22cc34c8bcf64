import { MarkdownContent } from '@graphiql/react';

import type { Fault } from './fault';
import { useWords } from './words';

/** What the reasons of INVALID_REFRESH_TOKEN say of the session. */
const reasons: Record<string, string> = {
  EXPIRED: 'The session was not used for too long, or is past its longest life.',
  REVOKED: 'The session was ended: by a logout, from another session, or by an ADMIN.',
  REUSED:
    'The token had a successor that was in use already, so two parties held it and the session was ended. ' +
    'If you did not present it twice yourself, somebody else has had it: change the password.',
  INVALID: 'It is none of this server, or its session is long gone.',
};

/** The error of the last answer, and what it means. */
export function FaultNotice({ fault }: { fault: Fault }) {
  const { code, reason, lacksCookie } = fault;
  return (
    <div className="session-fault">
      <strong>{[code ?? 'No answer', reason].filter(Boolean).join(', ')}</strong>
      {lacksCookie ? (
        <p>
          There is no cookie with a refresh token here. Sign in with <code>COOKIE</code> first.
        </p>
      ) : (
        <Meaning {...fault} />
      )}
    </div>
  );
}

function Meaning({ code, message, reason, retryAfter, fields }: Fault) {
  const words = useWords('ErrorCode', code) ?? message;
  return (
    <>
      <MarkdownContent type="description">{words}</MarkdownContent>
      {reason && <p>{reasons[reason]}</p>}
      {retryAfter !== null && <p>Wait {retryAfter} s.</p>}
      {fields.map(([path, why]) => (
        <p key={path}>
          <code>{path}</code> {why}
        </p>
      ))}
    </>
  );
}
