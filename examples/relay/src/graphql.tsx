import { useState, type ReactNode } from 'react';
import { RelayEnvironmentProvider } from 'react-relay';
import { Environment, Network, RecordSource, Store, type FetchFunction } from 'relay-runtime';

import { daypass, daypassErrorFrom, url } from './daypass';

const fetchFromDaypass: FetchFunction = async ({ text }, variables) => {
  const response = await daypass.fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query: text, variables }),
  });
  const answer = await response.json();
  // Guarded fields that are refused are null, which Relay by itself would take for an answer.
  if (answer.errors) {
    throw daypassErrorFrom(answer.errors[0]);
  }
  return answer;
};

function createEnvironment() {
  return new Environment({ network: Network.create(fetchFromDaypass), store: new Store(new RecordSource()) });
}

/** Gives whoever mounts it an environment, and with it a store, of its own. */
export function GraphQLProvider({ children }: { children: ReactNode }) {
  const [environment] = useState(createEnvironment);
  return <RelayEnvironmentProvider environment={environment}>{children}</RelayEnvironmentProvider>;
}

/** Finds what Daypass said in what is thrown here. */
export const daypassErrorOf = daypassErrorFrom;
