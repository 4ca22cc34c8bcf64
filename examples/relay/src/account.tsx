import { Component, Suspense, useState, type ReactNode } from 'react';
import { commitLocalUpdate, fetchQuery, graphql, useLazyLoadQuery, useMutation, useRelayEnvironment } from 'react-relay';

import type { accountBeginningQuery } from './__generated__/accountBeginningQuery.graphql';
import type { accountEndSessionMutation } from './__generated__/accountEndSessionMutation.graphql';
import type { accountLatelyQuery } from './__generated__/accountLatelyQuery.graphql';
import type { accountSessionsQuery } from './__generated__/accountSessionsQuery.graphql';
import type { accountYouQuery } from './__generated__/accountYouQuery.graphql';
import { Problem } from './problem';
import { Events, Panel, Person, Sessions } from './views';

/** Four panels, each with a guarded query of its own: all four go out at once. */
export function Account() {
  const environment = useRelayEnvironment();
  const [round, setRound] = useState(1);
  const askAgain = () => {
    commitLocalUpdate(environment, (store) => store.invalidateStore());
    setRound(round + 1);
  };
  return (
    <>
      <button onClick={askAgain}>Ask again</button>
      <div className="panels" key={round}>
        <AnswerPanel title="You">
          <You round={round} />
        </AnswerPanel>
        <AnswerPanel title="Your sessions">
          <MySessions round={round} />
        </AnswerPanel>
        <AnswerPanel title="Lately">
          <Lately round={round} />
        </AnswerPanel>
        <AnswerPanel title="How it began">
          <Beginning round={round} />
        </AnswerPanel>
      </div>
    </>
  );
}

/** Waits for what is inside, and shows what it throws. */
class AnswerPanel extends Component<{ title: string; children: ReactNode }, { error?: unknown }> {
  static getDerivedStateFromError = (error: unknown) => ({ error });

  override state: { error?: unknown } = {};

  override render() {
    const { error } = this.state;
    return (
      <Panel title={this.props.title} error={error}>
        {error === undefined && <Suspense fallback={<p role="status">One moment…</p>}>{this.props.children}</Suspense>}
      </Panel>
    );
  }
}

/** Another round is another question, of which the store has no answer from the one before. */
interface Asked {
  round: number;
}

function You({ round }: Asked) {
  const { me } = useLazyLoadQuery<accountYouQuery>(
    graphql`
      query accountYouQuery {
        me {
          username
          role
          createdAt
        }
      }
    `,
    {},
    { fetchKey: round },
  );
  return me && <Person user={me} />;
}

function MySessions({ round }: Asked) {
  const environment = useRelayEnvironment();
  const { sessions } = useLazyLoadQuery<accountSessionsQuery>(
    graphql`
      query accountSessionsQuery {
        sessions {
          id
          deviceName
          ipAddress
          lastUsedAt
          current
        }
      }
    `,
    {},
    { fetchKey: round },
  );
  const [error, setError] = useState<unknown>();
  const [endSession] = useMutation<accountEndSessionMutation>(graphql`
    mutation accountEndSessionMutation($id: ID!) {
      revokeSession(input: { sessionId: $id }) {
        revokedSessionId @deleteRecord
      }
    }
  `);
  const end = (id: string) => {
    setError(undefined);
    // Whoever shows what was fetched is told by the store.
    const refetchLately = () => void fetchQuery<accountLatelyQuery>(environment, LatelyQuery, {}).subscribe({ error: setError });
    endSession({ variables: { id }, onCompleted: refetchLately, onError: setError });
  };
  return (
    <>
      <Problem error={error} />
      {/* A record that was deleted leaves a gap in the list. */}
      {sessions && <Sessions sessions={sessions.filter(Boolean)} onEnd={end} />}
    </>
  );
}

const LatelyQuery = graphql`
  query accountLatelyQuery {
    securityEvents(first: 5) {
      nodes {
        id
        kind
        createdAt
        deviceName
      }
    }
  }
`;

function Lately({ round }: Asked) {
  const { securityEvents } = useLazyLoadQuery<accountLatelyQuery>(LatelyQuery, {}, { fetchKey: round });
  return securityEvents && <Events events={securityEvents.nodes} />;
}

function Beginning({ round }: Asked) {
  const { securityEvents } = useLazyLoadQuery<accountBeginningQuery>(
    graphql`
      query accountBeginningQuery {
        securityEvents(last: 1) {
          nodes {
            id
            kind
            createdAt
            deviceName
          }
        }
      }
    `,
    {},
    { fetchKey: round },
  );
  return securityEvents && <Events events={securityEvents.nodes} />;
}
