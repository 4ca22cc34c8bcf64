import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { ApolloProvider } from '@apollo/client/react';
import { createDaypassLink } from 'daypass-client/apollo';
import { useState, type ReactNode } from 'react';

import { daypass, daypassErrorFrom, url } from './daypass';

function createClient() {
  return new ApolloClient({
    link: ApolloLink.from([createDaypassLink(daypass), new HttpLink({ uri: url })]),
    cache: new InMemoryCache(),
  });
}

/** Gives whoever mounts it a client, and with it a cache, of its own. */
export function GraphQLProvider({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  return <ApolloProvider client={client}>{children}</ApolloProvider>;
}

/** Finds what Daypass said in what Apollo throws. */
export function daypassErrorOf(error: unknown) {
  return daypassErrorFrom(CombinedGraphQLErrors.is(error) ? error.errors[0] : error);
}
