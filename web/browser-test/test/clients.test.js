import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, InMemoryCache, Observable, gql } from '@apollo/client';
import { ErrorLink } from '@apollo/client/link/error';
import { createClient as createUrqlClient, fetchExchange } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { print } from 'graphql';
import { createClient as createStreamClient } from 'graphql-sse';
import { from, switchMap } from 'rxjs';
import { pipe, subscribe } from 'wonka';

import { buildDaypass, startDaypass } from '../../playground/test/daypass.js';

const sessionEnded = 'subscription { sessionEnded { sessionId reason } }';

let build;
let daypass;
let api;

before(async () => {
  build = await buildDaypass();
  daypass = await startDaypass(build.program, { DAYPASS_MAX_STREAMS_PER_USER: '3' });
  api = `${daypass.origin}/graphql`;
});

after(async () => {
  await daypass?.stop();
  await build?.remove();
});

test('graphql-sse hears why its session ended, once', async () => {
  const session = await signIn();
  const client = streamClient(session);
  const heard = collect(client.iterate({ query: sessionEnded }));
  await connected(client);
  await logout(session);
  assert.deepEqual(await heard, [{ data: { sessionEnded: { sessionId: session.id, reason: 'LOGGED_OUT' } } }]);
});

test('graphql-sse sees errors as results, and does not try again', async () => {
  const requests = [];
  const client = streamClient({ accessToken: 'stale' }, requests);
  const codesOf = async (query) => {
    const results = await collect(client.iterate({ query }));
    return results.flatMap(({ errors }) => errors.map(({ extensions }) => extensions.code));
  };
  assert.deepEqual(await codesOf(sessionEnded), ['UNAUTHENTICATED']);
  assert.deepEqual(await codesOf('subscription { sessionEnded { nothing } }'), ['GRAPHQL_VALIDATION_FAILED']);
  assert.deepEqual(await codesOf('subscription {'), ['GRAPHQL_PARSE_FAILED']);
  assert.equal(requests.length, 3);

  const session = await signIn();
  const full = streamClient(session);
  const open = [1, 2, 3].map(() => full.iterate({ query: sessionEnded }));
  const heard = open.map((stream) => stream.next());
  for (let place = 0; place < open.length; place++) {
    await connected(full);
  }
  const [limited] = await collect(full.iterate({ query: sessionEnded }));
  assert.deepEqual(limited.errors[0].extensions, { code: 'RATE_LIMITED', retryAfter: 30 });
  await logout(session);
  assert.equal((await Promise.all(heard)).length, 3);
});

test('graphql-sse sends queries and mutations too', async () => {
  const session = await signIn();
  const client = streamClient(session);
  assert.deepEqual(await collect(client.iterate({ query: '{ me { username } }' })), [{ data: { me: { username: 'demo' } } }]);
  assert.deepEqual(await collect(client.iterate({ query: 'mutation { logout { success } }' })), [
    { data: { logout: { success: true } } },
  ]);
});

test('urql refreshes when the stream says UNAUTHENTICATED, and hears the end', async () => {
  const session = await signIn();
  session.accessToken = 'stale';
  let refreshes = 0;
  const streaming = deferred();
  const client = createUrqlClient({
    url: api,
    preferGetMethod: false,
    fetchSubscriptions: true,
    fetch: async (address, options) => {
      const answer = await fetch(address, options);
      if (refreshes > 0 && options.headers.accept.startsWith('text/event-stream')) {
        streaming.resolve();
      }
      return answer;
    },
    exchanges: [
      authExchange(async ({ appendHeaders }) => ({
        addAuthToOperation: (operation) => appendHeaders(operation, { Authorization: `Bearer ${session.accessToken}` }),
        didAuthError: ({ graphQLErrors }) => graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED'),
        refreshAuth: async () => {
          refreshes += 1;
          await refresh(session);
        },
      })),
      fetchExchange,
    ],
  });
  const heard = deferred();
  const { unsubscribe } = pipe(
    client.subscription(sessionEnded, {}),
    subscribe(({ data, error }) => (error ? heard.reject(error) : heard.resolve(data))),
  );
  await streaming.promise;
  await logout(session);
  assert.deepEqual(await heard.promise, { sessionEnded: { sessionId: session.id, reason: 'LOGGED_OUT' } });
  // It hands a result on once more when the stream ends; a refresh that is under way by then serves both.
  assert.ok(refreshes === 1 || refreshes === 2, `${refreshes} refreshes`);
  unsubscribe();
});

test('Apollo Client refreshes when the stream says UNAUTHENTICATED, and hears the end', async () => {
  const session = await signIn();
  session.accessToken = 'stale';
  let refreshes = 0;
  const stream = streamClient(session);
  const streamLink = new ApolloLink(
    ({ query, variables, operationName }) =>
      new Observable((observer) => stream.subscribe({ query: print(query), variables, operationName }, observer)),
  );
  const errorLink = new ErrorLink(({ error, operation, forward }) => {
    if (CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === 'UNAUTHENTICATED') {
      refreshes += 1;
      return from(refresh(session)).pipe(switchMap(() => forward(operation)));
    }
  });
  const client = new ApolloClient({ link: ApolloLink.from([errorLink, streamLink]), cache: new InMemoryCache() });
  const results = [];
  const completed = deferred();
  client.subscribe({ query: gql(sessionEnded) }).subscribe({
    next: (result) => results.push(result),
    error: completed.reject,
    complete: completed.resolve,
  });
  await connected(stream, 2);
  await logout(session);
  await completed.promise;
  assert.equal(results.length, 1);
  assert.equal(results[0].error, undefined);
  const { sessionId, reason } = results[0].data.sessionEnded;
  assert.deepEqual({ sessionId, reason }, { sessionId: session.id, reason: 'LOGGED_OUT' });
  assert.equal(refreshes, 1);
  client.stop();
});

/** A client for streams whose `opened` counts those that the server has answered. */
function streamClient(session, requests = []) {
  const client = createStreamClient({
    url: api,
    headers: () => ({ Authorization: `Bearer ${session.accessToken}` }),
    fetchFn: (...request) => {
      requests.push(request);
      return fetch(...request);
    },
    on: {
      connected: () => {
        client.opened += 1;
        client.noticed?.();
      },
    },
  });
  client.opened = 0;
  return client;
}

/** Resolves once so many more streams are open than the last time that it was asked. */
async function connected(client, more = 1) {
  client.awaited = (client.awaited ?? 0) + more;
  while (client.opened < client.awaited) {
    await new Promise((resolve) => (client.noticed = resolve));
  }
}

async function signIn() {
  const input = `{username: "demo", password: "${daypass.password}"}`;
  const { login } = await ask(`mutation { login(input: ${input}) { accessToken refreshToken session { id } } }`);
  return { id: login.session.id, accessToken: login.accessToken, refreshToken: login.refreshToken };
}

async function refresh(session) {
  const { refreshToken } = await ask(
    `mutation { refreshToken(input: {refreshToken: "${session.refreshToken}"}) { accessToken refreshToken } }`,
  );
  Object.assign(session, refreshToken);
}

async function logout({ refreshToken }) {
  await ask(`mutation { logout(input: {refreshToken: "${refreshToken}"}) { success } }`);
}

async function ask(query) {
  const answer = await fetch(api, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined);
  return data;
}

async function collect(stream) {
  const results = [];
  for await (const result of stream) {
    results.push(result);
  }
  return results;
}

function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => Object.assign(it, { resolve, reject }));
  return it;
}
