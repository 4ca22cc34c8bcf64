import { useState } from 'react';
import { useMutation, useQuery } from 'urql';

import { graphql } from './gql';
import { Events, Panel, Person, Sessions } from './views';

/** Four panels, each with a guarded query of its own: all four go out at once. */
export function Account() {
  const [round, setRound] = useState(1);
  return (
    <>
      <button onClick={() => setRound(round + 1)}>Ask again</button>
      <div className="panels" key={round}>
        <You />
        <MySessions />
        <Lately />
        <Beginning />
      </div>
    </>
  );
}

const YouQuery = graphql(`
  query You {
    me {
      id
      username
      role
      createdAt
    }
  }
`);

function You() {
  const [{ data, error }] = useQuery({ query: YouQuery });
  return (
    <Panel title="You" error={error}>
      {data?.me && <Person user={data.me} />}
    </Panel>
  );
}

const SessionsQuery = graphql(`
  query Sessions {
    sessions {
      id
      deviceName
      ipAddress
      lastUsedAt
      current
    }
  }
`);

const EndSessionMutation = graphql(`
  mutation EndSession($id: ID!) {
    revokeSession(input: { sessionId: $id }) {
      revokedSessionId
    }
  }
`);

function MySessions() {
  const [{ data, error }] = useQuery({ query: SessionsQuery });
  const [ended, endSession] = useMutation(EndSessionMutation);
  // The answer names neither type: this tells the cache which queries it is about.
  const end = (id: string) => endSession({ id }, { additionalTypenames: ['Session', 'SecurityEvent'] });
  return (
    <Panel title="Your sessions" error={error ?? ended.error}>
      {data?.sessions && <Sessions sessions={data.sessions} onEnd={end} />}
    </Panel>
  );
}

const LatelyQuery = graphql(`
  query Lately {
    securityEvents(first: 5) {
      nodes {
        id
        kind
        createdAt
        deviceName
      }
    }
  }
`);

function Lately() {
  const [{ data, error }] = useQuery({ query: LatelyQuery });
  return (
    <Panel title="Lately" error={error}>
      {data?.securityEvents && <Events events={data.securityEvents.nodes} />}
    </Panel>
  );
}

const BeginningQuery = graphql(`
  query Beginning {
    securityEvents(last: 1) {
      nodes {
        id
        kind
        createdAt
        deviceName
      }
    }
  }
`);

function Beginning() {
  const [{ data, error }] = useQuery({ query: BeginningQuery });
  return (
    <Panel title="How it began" error={error}>
      {data?.securityEvents && <Events events={data.securityEvents.nodes} />}
    </Panel>
  );
}
