import { useApolloClient, useMutation, useQuery } from '@apollo/client/react';

import { graphql } from './gql';
import { Events, Panel, Person, Sessions } from './views';

/** Four panels, each with a guarded query of its own: all four go out at once. */
export function Account() {
  const client = useApolloClient();
  return (
    <>
      <button onClick={() => client.refetchQueries({ include: 'active' })}>Ask again</button>
      <div className="panels">
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
  const { data, error } = useQuery(YouQuery);
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
  const { data, error } = useQuery(SessionsQuery);
  const [endSession, ended] = useMutation(EndSessionMutation, {
    update: (cache, _, { variables }) => cache.evict({ id: `Session:${variables?.id}` }),
    refetchQueries: [LatelyQuery],
    onError: () => {}, // shown below
  });
  return (
    <Panel title="Your sessions" error={error ?? ended.error}>
      {data?.sessions && <Sessions sessions={data.sessions} onEnd={(id) => endSession({ variables: { id } })} />}
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
  const { data, error } = useQuery(LatelyQuery);
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
  const { data, error } = useQuery(BeginningQuery);
  return (
    <Panel title="How it began" error={error}>
      {data?.securityEvents && <Events events={data.securityEvents.nodes} />}
    </Panel>
  );
}
