import { Component, Suspense, useState, type ReactNode } from 'react';
import { graphql, useLazyLoadQuery, useMutation } from 'react-relay';

import type { accountBeginningQuery } from './__generated__/accountBeginningQuery.graphql';
import type { accountEndSessionMutation } from './__generated__/accountEndSessionMutation.graphql';
import type { accountLatelyQuery } from './__generated__/accountLatelyQuery.graphql';
import type { accountSessionsQuery } from './__generated__/accountSessionsQuery.graphql';
import type { accountYouQuery } from './__generated__/accountYouQuery.graphql';
import { Problem } from './problem';
import { Events, Panel, Person, Sessions } from './views';

/** Four panels, each with a guarded query of its own: all four go out at once. */
export function Account() {
  const [round, setRound] = useState(1);
  // Another key is another question to the network.
  const options = { fetchPolicy: 'network-only', fetchKey: round } as const;
  return (
    <>
      <button onClick={() => setRound(round + 1)}>Ask again</button>
      <div className="panels" key={round}>
        <AnswerPanel title="You">
          <You options={options} />
        </AnswerPanel>
        <AnswerPanel title="Your sessions">
          <MySessions options={options} />
        </AnswerPanel>
        <AnswerPanel title="Lately">
          <Lately options={options} />
        </AnswerPanel>
        <AnswerPanel title="How it began">
          <Beginning options={options} />
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

interface Asked {
  options: { fetchPolicy: 'network-only'; fetchKey: number };
}

function You({ options }: Asked) {
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
    options,
  );
  return me && <Person user={me} />;
}

function MySessions({ options }: Asked) {
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
    options,
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
    endSession({ variables: { id }, onError: setError });
  };
  return (
    <>
      <Problem error={error} />
      {/* A record that was deleted leaves a gap in the list. */}
      {sessions && <Sessions sessions={sessions.filter(Boolean)} onEnd={end} />}
    </>
  );
}

function Lately({ options }: Asked) {
  const { securityEvents } = useLazyLoadQuery<accountLatelyQuery>(
    graphql`
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
    `,
    {},
    options,
  );
  return securityEvents && <Events events={securityEvents.nodes} />;
}

function Beginning({ options }: Asked) {
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
    options,
  );
  return securityEvents && <Events events={securityEvents.nodes} />;
}
