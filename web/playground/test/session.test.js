import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { runnerImport } from 'vite';

let learn, complete, operationOf, rootFields;

before(async () => {
  const load = async (name) => (await runnerImport(`./src/session/${name}.ts`, { configFile: false })).module;
  ({ learn } = await load('learn'));
  ({ complete } = await load('complete'));
  ({ operationOf, rootFields } = await load('operation'));
});

const nobody = { signIn: null, ending: null };
const ours = { sub: 'usr_1', sid: 'ses_1', gen: 2 };
const access = (claims) => jwt('at+jwt', { ...ours, role: 'USER', iat: 1000, exp: 1900, ...claims });
const refresh = (claims) => jwt('rt+jwt', { ...ours, ...claims });
const logIn = 'mutation { login(input: {username: "demo", password: "p"}) { accessToken refreshToken } }';
const signedIn = () => learn(nobody, exchange(logIn, { login: { accessToken: access(), refreshToken: refresh() } }));
const signedInByCookie = () =>
  learn(nobody, exchange('mutation { refreshToken { accessToken } }', { refreshToken: { accessToken: access() } }));

test('a pair is found under any alias, in any fragment', () => {
  const query = `mutation Enter { in: login(input: {username: "demo", password: "p"}) { ...Pair } }
    fragment Pair on AuthPayload { ticket: accessToken pass: refreshToken who: user { id username } }`;
  const data = { in: { ticket: access(), pass: refresh(), who: { id: 'usr_1', username: 'demo' } } };
  const { signIn } = learn(nobody, exchange(query, data));
  assert.equal(signIn.access.raw, data.in.ticket);
  assert.equal(signIn.refreshToken, data.in.pass);
  assert.equal(signIn.keeper, 'PANEL');
  assert.equal(signIn.username, 'demo');
  assert.equal(signIn.lifetime, 900_000, 'exp - iat, where expiresIn was not asked for');
});

test('what only looks like a pair is none', () => {
  const held = signedIn();
  const forged = access({ sub: 'usr_2', sid: 'ses_2' });
  const history = '{ securityEvents { nodes { userAgent } } }';
  assert.equal(learn(held, exchange(history, { securityEvents: { nodes: [{ userAgent: forged }] } })).signIn, held.signIn);
  const disguised = '{ login: securityEvents { nodes { accessToken: userAgent } } }';
  assert.equal(learn(held, exchange(disguised, { login: { nodes: [{ accessToken: forged }] } })).signIn, held.signIn);
  for (const claims of [{ iat: 'x' }, { exp: null }, { exp: 1e300 }, { gen: '3' }, { sub: 5 }, { role: undefined }]) {
    const answer = { login: { accessToken: access(claims) } };
    assert.equal(learn(nobody, exchange(logIn, answer)).signIn, null, JSON.stringify(claims));
  }
});

test('who keeps the refresh token', () => {
  const byVariable = 'mutation ($d: TokenDelivery! = COOKIE) { register(input: {tokenDelivery: $d}) { accessToken } }';
  for (const [query, variables, keeper] of [
    ['mutation { login(input: {tokenDelivery: COOKIE}) { accessToken } }', {}, 'COOKIE'],
    ['mutation { __typename login(input: {tokenDelivery: COOKIE}) { accessToken } }', {}, 'COOKIE'],
    [byVariable, {}, 'COOKIE'],
    [byVariable, { d: 'BODY' }, 'NOBODY'],
    ['mutation { refreshToken { accessToken } }', {}, 'COOKIE'],
    ['mutation { refreshToken(input: null) { accessToken } }', {}, 'COOKIE'],
    ['mutation ($t: String!) { refreshToken(input: {refreshToken: $t}) { accessToken } }', { t: refresh() }, 'NOBODY'],
    ['mutation { login(input: {username: "demo"}) { accessToken } }', {}, 'NOBODY'],
  ]) {
    const field = /(login|register|refreshToken)/.exec(query)[0];
    const { signIn } = learn(nobody, exchange(query, { [field]: { accessToken: access() } }, { variables }));
    assert.equal(signIn.keeper, keeper, query);
  }
});

test('a pair that was overtaken on the way is dropped, one of another session counts', () => {
  const held = signedIn();
  const answered = (claims) => learn(held, exchange(logIn, { login: { accessToken: access(claims) } }));
  assert.equal(answered({ gen: 1 }), held);
  assert.equal(answered({ gen: 3 }).signIn.access.claims.gen, 3);
  assert.equal(answered({ gen: 1, sid: 'ses_2' }).signIn.access.claims.sid, 'ses_2');
});

test('what ends the session that is held', () => {
  const own = { asker: access() };
  const other = { asker: access({ sub: 'usr_2', sid: 'ses_9' }) };
  const ended = { revokedSessionIds: [] };
  const by = (token) => `mutation { logout(input: {refreshToken: "${token}"}) { success } }`;
  const ofUser = (field, userId) => `mutation { ${field}(input: {userId: "${userId}"}) { __typename } }`;
  for (const [query, data, how, reason] of [
    ['mutation { logout { success } }', { logout: { success: true } }, own, 'LOGGED_OUT'],
    ['mutation { bye: logout { success } }', { bye: { success: true } }, own, 'LOGGED_OUT'],
    ['mutation { logout { success } }', { logout: { success: true } }, other, undefined],
    [by(refresh({ gen: 1 })), { logout: { success: true } }, other, 'LOGGED_OUT'],
    [by(refresh({ sid: 'ses_2' })), { logout: { success: true } }, own, undefined],
    ['mutation { logoutAll { revokedSessionIds } }', { logoutAll: ended }, own, 'LOGGED_OUT'],
    ['mutation { logoutAll { revokedSessionIds } }', { logoutAll: ended }, other, undefined],
    ['mutation { revokeSession(input: {sessionId: "ses_1"}) { __typename } }', { revokeSession: {} }, own, 'REVOKED'],
    ['mutation { revokeSession(input: {sessionId: "ses_2"}) { __typename } }', { revokeSession: {} }, own, undefined],
    ['mutation { changePassword(input: {}) { expiresIn } }', { changePassword: { expiresIn: 900 } }, own, 'PASSWORD_CHANGED'],
    ['mutation { deleteAccount(input: {}) { __typename } }', { deleteAccount: {} }, own, 'ACCOUNT_CLOSED'],
    [ofUser('disableUser', 'usr_1'), { disableUser: {} }, other, 'ACCOUNT_CLOSED'],
    [ofUser('revokeUserSessions', 'usr_1'), { revokeUserSessions: ended }, other, 'ENDED_BY_ADMIN'],
    [ofUser('revokeUserSessions', 'usr_2'), { revokeUserSessions: ended }, other, undefined],
    ['subscription { sessionEnded { reason } }', { sessionEnded: { reason: 'REUSE_DETECTED' } }, own, 'REUSE_DETECTED'],
    ['subscription { sessionEnded { reason } }', { sessionEnded: { reason: 'REUSE_DETECTED' } }, other, undefined],
    ['subscription { sessionEnded { sessionId } }', { sessionEnded: { sessionId: 'ses_1' } }, other, null],
    ['{ me { id } }', { me: { id: 'usr_1' } }, own, undefined],
  ]) {
    const { signIn, ending } = learn(signedIn(), exchange(query, data, how));
    assert.equal(ending?.reason, reason, query);
    assert.equal(signIn === null, reason !== undefined, query);
  }
});

test('only a verdict on its own refresh token ends it, and no error that passes', () => {
  const swap = (token) => `mutation { refreshToken(input: {refreshToken: "${token}"}) { accessToken } }`;
  const byCookie = 'mutation { refreshToken { accessToken } }';
  for (const [held, query, extensions, ended] of [
    [signedIn, swap(refresh()), { code: 'INVALID_REFRESH_TOKEN', reason: 'EXPIRED' }, true],
    [signedIn, swap(refresh({ gen: 1 })), { code: 'INVALID_REFRESH_TOKEN', reason: 'REUSED' }, true],
    [signedIn, swap(refresh({ gen: 1 })), { code: 'INVALID_REFRESH_TOKEN', reason: 'EXPIRED' }, false],
    [signedIn, swap(refresh({ sid: 'ses_2' })), { code: 'INVALID_REFRESH_TOKEN', reason: 'REUSED' }, false],
    [signedIn, swap('nonsense'), { code: 'INVALID_REFRESH_TOKEN', reason: 'INVALID' }, false],
    [signedIn, byCookie, { code: 'INVALID_REFRESH_TOKEN', reason: 'INVALID' }, false],
    [signedInByCookie, byCookie, { code: 'INVALID_REFRESH_TOKEN', reason: 'REVOKED' }, true],
    [signedIn, swap(refresh()), { code: 'SERVICE_UNAVAILABLE', retryAfter: 2 }, false],
    [signedIn, swap(refresh()), { code: 'RATE_LIMITED', retryAfter: 2 }, false],
    [signedIn, swap(refresh()), { code: 'INTERNAL_SERVER_ERROR' }, false],
    [signedIn, '{ me { id } }', { code: 'UNAUTHENTICATED' }, false],
    [signedIn, 'mutation { logout { success } }', { code: 'SERVICE_UNAVAILABLE' }, false],
  ]) {
    const answer = { data: null, errors: [{ message: '', extensions }] };
    const after = learn(held(), { ...exchange(query, null, { asker: access() }), answer });
    assert.equal(after.signIn === null, ended, `${query} ${extensions.code}`);
  }
});

test('a request is completed by what was left out, and by nothing else', () => {
  const { signIn } = signedIn();
  const raw = signIn.access.raw;
  const swap = 'mutation ($input: RefreshTokenInput) { refreshToken(input: $input) { expiresIn } }';
  const given = { refreshToken: 'typed' };
  for (const { query, variables, headers = {}, supply = { signIn, delivery: 'COOKIE' }, wanted, authorization } of [
    { query: '{ me { id } }', wanted: {}, authorization: `Bearer ${raw}` },
    { query: '{ me { id } }', headers: { authorization: '' }, wanted: {}, authorization: '' },
    { query: '{ me { id } }', supply: { signIn: null, delivery: 'BODY' }, wanted: {} },
    { query: swap, wanted: { input: { refreshToken: signIn.refreshToken } }, authorization: `Bearer ${raw}` },
    { query: swap, variables: { input: given }, wanted: { input: given }, authorization: `Bearer ${raw}` },
    { query: swap, variables: { input: null }, wanted: { input: null }, authorization: `Bearer ${raw}` },
    { query: swap, supply: signedInByCookie(), wanted: {}, authorization: `Bearer ${raw}` },
    {
      query: 'mutation ($d: TokenDelivery! = BODY, $r: Role!) { login(input: {tokenDelivery: $d}) { expiresIn } }',
      wanted: { d: 'COOKIE' },
      authorization: `Bearer ${raw}`,
    },
    { query: 'not GraphQL', wanted: {}, authorization: `Bearer ${raw}` },
  ]) {
    const request = { query, variables };
    const completed = complete(request, operationOf(request), headers, supply);
    assert.deepEqual(completed.request.variables, wanted, query);
    assert.equal(completed.headers.Authorization ?? completed.headers.authorization, authorization, query);
  }
});

test('fragments that spread each other end', () => {
  const request = { query: '{ ...A } fragment A on Query { ...B } fragment B on Query { me { id } ...A }' };
  assert.deepEqual(rootFields(operationOf(request), {}).map(({ name }) => name), ['me']);
});

/** An answer to an operation that carried an access token, or none. */
function exchange(query, data, { variables = {}, asker } = {}) {
  const { asker: token } = complete({ query }, null, asker ? { authorization: `Bearer ${asker}` } : {}, nobody);
  return { fields: rootFields(operationOf({ query }), variables), asker: token, sentAt: 0, answer: { data } };
}

function jwt(typ, claims) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none', typ })}.${part(claims)}.c2ln`;
}
