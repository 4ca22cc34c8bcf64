import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { createClient } from 'graphql-sse';

import type { Headers } from './complete';
import type { Answer, GraphQLRequest } from './exchange';

const url = '/graphql';

const fetcher = createGraphiQLFetcher({
  url,
  enableIncrementalDelivery: false,
  // With this type a mistake in an operation is an answer to be read, and not also a failed request in the console.
  headers: { accept: 'application/json' },
});

/** Sends a query or a mutation. */
export async function post(request: GraphQLRequest, headers: Headers): Promise<Answer> {
  return (await fetcher(request, { headers })) as Answer;
}

/** Starts a subscription over server-sent events; whoever stops the iteration closes the connection. */
export function subscribe(
  request: GraphQLRequest,
  headers: Headers,
  onAnswer: (answer: Answer) => void,
): AsyncIterable<Answer> {
  const { query, variables, operationName } = request;
  const client = createClient({
    url,
    headers,
    retryAttempts: 0,
    on: { message: ({ event, data }) => event === 'next' && onAnswer(data as Answer) },
  });
  return client.iterate({ query, variables, operationName: operationName ?? undefined });
}
