import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { cacheExchange, Client, fetchExchange } from '@urql/core';

import { buildDaypass } from '../../../web/playground/test/daypass.js';
import { createDaypassLink } from '../dist/apollo.js';
import { daypassAuthExchange } from '../dist/urql.js';
import { openHouse, startSharedProgram } from './house/house.js';
import { graphQL, page } from './house/proxy.js';
import { storageOf } from './house/storage.js';

let build;
let program;

before(async () => {
  build = await buildDaypass();
  program = await startSharedProgram(build.program);
});

after(async () => {
  await program?.remove();
  await build?.remove();
});

/** Front ends as their users set them up. Each sends a document, and tells data and codes. */
const frontEnds = {
  Apollo({ url }, daypass) {
    const link = createDaypassLink(daypass).concat(new HttpLink({ uri: url, fetch: (...request) => fetch(...request) }));
    const client = new ApolloClient({ link, cache: new InMemoryCache() });
    return async (document, variables) => {
      const options = { variables, errorPolicy: 'all', fetchPolicy: 'no-cache' };
      const { data, error } = /^mutation/.test(document)
        ? await client.mutate({ mutation: gql(document), ...options })
        : await client.query({ query: gql(document), ...options });
      return { data, codes: codesOf(error?.errors, error) };
    };
  },
  urql({ url }, daypass) {
    const exchanges = [cacheExchange, daypassAuthExchange(daypass), fetchExchange];
    const client = new Client({ url, exchanges, preferGetMethod: false, requestPolicy: 'network-only' });
    return async (document, variables) => {
      const send = /^mutation/.test(document) ? client.mutation(document, variables) : client.query(document, variables);
      const { data, error } = await send.toPromise();
      return { data, codes: codesOf(error?.graphQLErrors, error?.networkError) };
    };
  },
  fetch({ url }, daypass) {
    return async (query, variables) => {
      const body = JSON.stringify({ query, variables });
      try {
        const response = await daypass.fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body });
        const { data, errors } = await response.json();
        return { data, codes: codesOf(errors) };
      } catch (error) {
        return { codes: codesOf(undefined, error) };
      }
    };
  },
};

function codesOf(errors, error) {
  return errors?.length ? errors.map(({ extensions }) => extensions.code) : error ? [error.code] : [];
}

const four = ['One', 'Two', 'Three', 'Four'].map((name) => `query ${name} { me { username } }`);

for (const [name, frontEnd] of Object.entries(frontEnds)) {
  describe(name, () => {
    /** Opens a house with somebody signed in, and a front end that sends to it. */
    async function open(t, options) {
      const house = await openHouse(t, program);
      const daypass = house.client(options);
      const user = await daypass.register(house.newcomer());
      house.proxy.forget();
      const send = frontEnd(house, daypass);
      const renew = async () => daypass.getAccessToken({ refused: await daypass.getAccessToken() });
      const outdate = async () => {
        await house.outdate(user.id, renew);
        house.proxy.forget();
      };
      return { house, daypass, user, send, outdate };
    }

    test('a query carries the access token', async (t) => {
      const { house, user, send } = await open(t);
      const { data, codes } = await send('query Me { me { username } }');
      assert.deepEqual([data.me.username, codes], [user.username, []]);
      assert.deepEqual(house.proxy.asked, ['Me']);
    });

    test('four queries that are refused together make one refresh, and all are answered', async (t) => {
      const { house, user, send, outdate } = await open(t);
      await outdate();
      const answers = await Promise.all(four.map((query) => send(query)));
      for (const { data, codes } of answers) {
        assert.deepEqual([data.me.username, codes], [user.username, []]);
      }
      assert.equal(house.proxy.count('Refresh'), 1);
      assert.equal(house.proxy.asked.length, 9, 'each of the four was sent twice');
    });

    test('four queries after a load make one refresh before they are sent', async (t) => {
      const storage = storageOf();
      const { house, user } = await open(t, { storage });
      const send = frontEnd(house, house.client({ storage }));
      const answers = await Promise.all(four.map((query) => send(query)));
      for (const { data, codes } of answers) {
        assert.deepEqual([data.me.username, codes], [user.username, []]);
      }
      assert.deepEqual(house.proxy.asked.toSorted(), ['Four', 'One', 'Refresh', 'Three', 'Two']);
    });

    test('data beside a refused field does not keep it from being asked for again', async (t) => {
      const { house, user, send, outdate } = await open(t);
      await outdate();
      const { data, codes } = await send('query Both { __typename me { username } }');
      assert.deepEqual([data.me?.username, codes], [user.username, []]);
      assert.deepEqual(house.proxy.asked, ['Both', 'Refresh', 'Both']);
    });

    test('a mutation that was refused is sent again', async (t) => {
      const { house, send, outdate } = await open(t);
      await outdate();
      const { data, codes } = await send('mutation Everywhere { logoutAll { revokedSessionIds } }');
      assert.deepEqual([data.logoutAll.revokedSessionIds.length, codes], [1, []]);
      assert.deepEqual(house.proxy.asked, ['Everywhere', 'Refresh', 'Everywhere']);
    });

    test('a mutation that was done but for a field inside is not sent again', async (t) => {
      const { house, send } = await open(t);
      const errors = [{ message: 'Sign in first.', path: ['logoutAll', 'note'], extensions: { code: 'UNAUTHENTICATED' } }];
      const made = graphQL(200, { data: { logoutAll: { note: null } }, errors });
      house.proxy.next('Everywhere', ({ answer }) => answer(made));
      assert.deepEqual((await send('mutation Everywhere { logoutAll { note } }')).codes, ['UNAUTHENTICATED']);
      assert.deepEqual(house.proxy.asked, ['Everywhere']);
    });

    test('a second refusal is told, not repeated', async (t) => {
      const { house, send } = await open(t);
      for (let time = 1; time <= 2; time++) {
        house.proxy.next('Me', async ({ forward, answer }) => answer(await forward({ authorization: 'Bearer stale' })));
      }
      assert.deepEqual((await send('query Me { me { username } }')).codes, ['UNAUTHENTICATED']);
      assert.deepEqual(house.proxy.asked, ['Me', 'Refresh', 'Me']);
    });

    test('when the session is over, the refusal is told', async (t) => {
      const { house, daypass, send } = await open(t);
      const accessToken = await daypass.getAccessToken();
      await house.ask('mutation { logoutAll { revokedSessionIds } }', { accessToken });
      assert.deepEqual((await send('query Me { me { username } }')).codes, ['UNAUTHENTICATED']);
      assert.equal(house.proxy.count('Refresh'), 1);
      assert.equal(daypass.state.reason, 'REVOKED');
      house.proxy.forget();
      assert.deepEqual((await send('query Me { me { username } }')).codes, ['UNAUTHENTICATED']);
      assert.deepEqual(house.proxy.asked, ['Me'], 'there is nothing to refresh');
    });

    test('when nobody can tell, the error is told, and the next query works', async (t) => {
      const { house, user, daypass, send, outdate } = await open(t);
      await outdate();
      house.proxy.next('Refresh', ({ answer }) => answer(page(403)));
      assert.deepEqual((await send('query Me { me { username } }')).codes, ['BAD_RESPONSE']);
      assert.equal(daypass.state.status, 'signedIn');
      const { data } = await send('query Me { me { username } }');
      assert.equal(data.me.username, user.username);
    });

    test('other errors are not repeated', async (t) => {
      const { house, send } = await open(t);
      assert.deepEqual((await send('query Users { users { totalCount } }')).codes, ['FORBIDDEN']);
      assert.deepEqual(house.proxy.asked, ['Users']);
    });
  });
}

describe('fetch of documents that it cannot read', () => {
  const refusal = { message: 'Sign in first.', path: ['note'], extensions: { code: 'UNAUTHENTICATED' } };
  const halfDone = graphQL(200, { data: { done: true, note: null }, errors: [refusal] });
  const headers = { 'Content-Type': 'application/json' };

  async function open(t) {
    const house = await openHouse(t, program);
    const daypass = house.client();
    const user = await daypass.register(house.newcomer());
    house.proxy.forget();
    return { house, daypass, user };
  }

  for (const [what, body] of Object.entries({
    'a persisted document': { documentId: 'sha256:7dba' },
    'a mutation behind a line break': { query: '\nmutation { done note }' },
  })) {
    test(`${what} that was half done is not sent again`, async (t) => {
      const { house, daypass } = await open(t);
      house.proxy.next('', ({ answer }) => answer(halfDone));
      const response = await daypass.fetch(house.url, { method: 'POST', headers, body: JSON.stringify(body) });
      assert.deepEqual((await response.json()).data, { done: true, note: null });
      assert.deepEqual(house.proxy.asked, ['']);
    });
  }

  test('a persisted document that was refused as a whole is sent again', async (t) => {
    const { house, daypass } = await open(t);
    house.proxy.next('', ({ answer }) => answer(graphQL(200, { data: { note: null }, errors: [refusal] })));
    house.proxy.next('', ({ answer }) => answer(graphQL(200, { data: { note: 'done' } })));
    const body = JSON.stringify({ documentId: 'sha256:7dba' });
    const response = await daypass.fetch(house.url, { method: 'POST', headers, body });
    assert.deepEqual((await response.json()).data, { note: 'done' });
    assert.deepEqual(house.proxy.asked, ['', 'Refresh', '']);
  });

  test('a GET changes nothing: it is sent again also when the refusal came beside data', async (t) => {
    const { house, daypass, user } = await open(t);
    await house.outdate(user.id, async () => daypass.getAccessToken({ refused: await daypass.getAccessToken() }));
    const query = encodeURIComponent('{ __typename me { username } }');
    const response = await daypass.fetch(`${house.url}?query=${query}`, { headers: { Accept: 'application/json' } });
    assert.equal((await response.json()).data?.me?.username, user.username);
  });
});
