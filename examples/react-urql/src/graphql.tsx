import { daypassAuthExchange } from 'daypass-client/urql';
import { useState, type ReactNode } from 'react';
import { cacheExchange, Client, CombinedError, fetchExchange, Provider } from 'urql';

import { daypass, daypassErrorFrom, url } from './daypass';

function createClient() {
  return new Client({
    url,
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    exchanges: [cacheExchange, daypassAuthExchange(daypass), fetchExchange],
  });
}

/** Gives whoever mounts it a client, and with it a cache, of its own. */
export function GraphQLProvider({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  return <Provider value={client}>{children}</Provider>;
}

/** Finds what Daypass said in what urql reports. */
export function daypassErrorOf(error: unknown) {
  return daypassErrorFrom(error instanceof CombinedError ? (error.networkError ?? error.graphQLErrors[0]) : error);
}
