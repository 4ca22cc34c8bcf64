import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { buildDaypass } from '../../../web/playground/test/daypass.js';
import { openHouse, startProgram, startSharedProgram } from './house/house.js';
import { graphQL, page } from './house/proxy.js';
import { storageOf, tokensIn } from './house/storage.js';

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

/** Opens a house; with settings it has a program of its own, which may be killed. */
async function open(t, env) {
  return openHouse(t, env ? await startProgram(t, build.program, env) : program);
}

/** Opens a house with somebody signed in. */
async function signedIn(t, { env, ...options } = {}) {
  const house = await open(t, env);
  const daypass = house.client(options);
  const user = await daypass.register(house.newcomer());
  house.proxy.forget();
  return { house, daypass, user };
}

const refreshOnce = async (daypass) => daypass.getAccessToken({ refused: await daypass.getAccessToken() });
const sessionsQuery = 'query Sessions { sessions { id } }';

test('a person registers, rides, logs out and comes back', async (t) => {
  const house = await open(t);
  const daypass = house.client();
  const seen = [];
  daypass.subscribe((state) => seen.push(state));
  assert.deepEqual(daypass.state, { status: 'unknown' });
  assert.equal(await daypass.getAccessToken(), null);
  assert.deepEqual(house.proxy.asked, [], 'there is nothing to ask for');

  const person = house.newcomer();
  const user = await daypass.register(person);
  assert.deepEqual({ ...user, id: '' }, { id: '', username: person.username, role: 'USER' });
  const accessToken = await daypass.getAccessToken();
  const { me } = (await house.ask('{ me { id } }', { accessToken })).data;
  assert.equal(me.id, user.id);

  await daypass.logout();
  assert.equal(await daypass.getAccessToken(), null);
  assert.equal((await house.ask('{ me { id } }', { accessToken })).errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.deepEqual(await daypass.login(person), user);
  assert.deepEqual(
    seen.map(({ status, user, reason }) => [status, user?.username, reason]),
    [
      ['signedOut', undefined, undefined],
      ['signedIn', person.username, undefined],
      ['signedOut', undefined, 'LOGGED_OUT'],
      ['signedIn', person.username, undefined],
    ],
  );
});

test('the state is one object until it changes, and cannot be changed', async (t) => {
  const { daypass } = await signedIn(t);
  const { state } = daypass;
  await refreshOnce(daypass);
  assert.equal(daypass.state, state);
  assert.throws(() => (state.user.role = 'ADMIN'), TypeError);
  assert.throws(() => (state.status = 'signedOut'), TypeError);
});

test('errors tell their code, what is wrong with which value, and whether to try again', async (t) => {
  const house = await open(t, { DAYPASS_MAX_FAILURES_PER_CLIENT: '1' });
  const daypass = house.client();
  await assert.rejects(daypass.register({ username: 'x', password: 'short' }), (error) => {
    assert.equal(error.code, 'BAD_USER_INPUT');
    assert.deepEqual(Object.keys(error.fields).sort(), ['input.password', 'input.username']);
    return !error.retryable;
  });
  const wrong = { username: 'demo', password: 'not the password' };
  await assert.rejects(daypass.login(wrong), { name: 'DaypassError', code: 'INVALID_CREDENTIALS', retryable: false });
  await assert.rejects(daypass.login(wrong), (error) => {
    assert.equal(error.code, 'RATE_LIMITED');
    return error.retryable && error.retryAfter >= 1;
  });
  assert.deepEqual(house.proxy.asked, ['Register', 'Login', 'Login'], 'a person decides whether to try again');
});

test('all who ask at once share one refresh', async (t) => {
  const { house, daypass } = await signedIn(t);
  const refused = await daypass.getAccessToken();
  const tokens = await Promise.all(Array.from({ length: 20 }, () => daypass.getAccessToken({ refused })));
  assert.equal(new Set(tokens).size, 1);
  assert.notEqual(tokens[0], refused);
  assert.equal(house.proxy.count('Refresh'), 1);
  assert.equal(await daypass.getAccessToken({ refused }), tokens[0], 'what was refused before is nothing new');
  assert.equal(house.proxy.count('Refresh'), 1);
});

test('all who ask at once share its failure too', async (t) => {
  const { house, daypass } = await signedIn(t);
  const refused = await daypass.getAccessToken();
  house.proxy.next('Refresh', ({ answer }) => answer(page(403)));
  const tries = Array.from({ length: 20 }, () => daypass.getAccessToken({ refused }));
  for (const attempt of tries) {
    await assert.rejects(attempt, { code: 'BAD_RESPONSE', retryable: false });
  }
  assert.equal(house.proxy.count('Refresh'), 1);
  assert.equal(daypass.state.status, 'signedIn');
  assert.ok(await daypass.getAccessToken());
});

test('a token that is good still is handed out while the next one is fetched', async (t) => {
  const { house, daypass } = await signedIn(t, { env: { DAYPASS_ACCESS_TOKEN_TTL: '1s' } });
  const first = await daypass.getAccessToken();
  await elapse(600); // more than half of its time
  const gate = house.proxy.hold('Refresh');
  assert.equal(await daypass.getAccessToken(), first);
  await gate.arrived;
  assert.equal(await daypass.getAccessToken(), first, 'nobody waits');
  await elapse(500);
  assert.equal(daypass.peekAccessToken(), null, 'its time is over');
  const next = daypass.getAccessToken();
  gate.open();
  assert.notEqual(await next, first);
  assert.equal(house.proxy.count('Refresh'), 1);
});

for (const [what, trick] of Object.entries({
  'the request is lost': ({ drop }) => drop(),
  'the answer is lost': async ({ forward, drop }) => {
    await forward();
    drop();
  },
  'the answer is cut off': async ({ forward, answer }) => {
    const whole = await forward();
    answer({ status: 200, headers: { 'Content-Type': 'application/json' }, body: whole.body.subarray(0, 200) });
  },
  'a proxy says 429': ({ answer }) => answer(page(429)),
  'a proxy says 502': ({ answer }) => answer(page(502)),
  'a proxy says 503': ({ answer }) => answer(page(503)),
  'a hotel wants to be paid first': ({ answer }) => answer(page(200)),
  'a gateway has an error of its own': ({ answer }) => answer(graphQL(500, { errors: [{ message: 'no upstream' }] })),
  'nobody answers in time': () => {},
})) {
  test(`${what}: the refresh is tried again, and nobody is signed out`, async (t) => {
    const { house, daypass, user } = await signedIn(t, { timeout: 3 });
    const { state } = daypass;
    house.proxy.next('Refresh', trick);
    const accessToken = await refreshOnce(daypass);
    assert.equal((await house.ask('{ me { id } }', { accessToken })).data.me.id, user.id);
    assert.equal((await house.ask(sessionsQuery, { accessToken })).data.sessions.length, 1);
    assert.equal(house.proxy.count('Refresh'), 2);
    assert.equal(daypass.state, state);
  });
}

test('a proxy asks for a second of quiet: it gets that', async (t) => {
  const { house, daypass } = await signedIn(t);
  house.proxy.next('Refresh', ({ answer }) => answer(page(503, { 'Retry-After': '1' })));
  assert.ok(await refreshOnce(daypass));
  const [first, second] = house.proxy.times;
  assert.ok(second - first >= 1_000, `${second - first} ms`);
});

test('the server is killed in mid-refresh and comes back: the refresh works', async (t) => {
  const { house, daypass, user } = await signedIn(t, { env: {} });
  const killed = house.proxy.next('Refresh', async ({ forward, drop }) => {
    await forward();
    drop();
    await house.program.kill();
  });
  const next = refreshOnce(daypass);
  await killed;
  await house.proxy.next('Refresh', ({ drop }) => drop());
  await house.program.start();
  const accessToken = await next;
  assert.equal((await house.ask('{ me { id } }', { accessToken })).data.me.id, user.id);
  assert.equal(daypass.state.status, 'signedIn');
});

test('the server stays away: the client gives up in time, keeps the session, and works when it is back', async (t) => {
  const { house, daypass, user } = await signedIn(t, { env: {}, timeout: 1 });
  const { state } = daypass;
  await house.program.kill();
  const began = performance.now();
  await assert.rejects(refreshOnce(daypass), { code: 'NETWORK_ERROR', retryable: true });
  assert.ok(performance.now() - began < 1_500);
  await assert.rejects(daypass.logout(), { code: 'NETWORK_ERROR', retryable: true });
  assert.equal(daypass.state, state, 'a logout that nobody heard is none');
  await house.program.start();
  assert.equal((await house.ask('{ me { id } }', { accessToken: await daypass.getAccessToken() })).data.me.id, user.id);
});

test('the server asks for a minute of quiet: it gets that, and nobody is signed out', async (t) => {
  const { house, daypass } = await signedIn(t, { env: { DAYPASS_MAX_REFRESHES_PER_ADDRESS: '1' } });
  const { state } = daypass;
  await refreshOnce(daypass);
  const limited = { code: 'RATE_LIMITED', retryable: true };
  await assert.rejects(refreshOnce(daypass), limited);
  await assert.rejects(daypass.getAccessToken(), limited);
  assert.equal(house.proxy.count('Refresh'), 2);
  assert.equal(daypass.state, state);
});

for (const [what, hang] of Object.entries({
  'a storage that never reads': ({ storage }) => (storage.get = () => new Promise(() => {})),
  'a storage that writes late': ({ storage }) => {
    storage.set = () => new Promise((resolve) => (storage.comeTo = resolve));
  },
  'a fetch that never settles, and heeds no signal': ({ sender }) => (sender.fetch = () => new Promise(() => {})),
})) {
  test(`${what} holds nobody up for longer than the patience`, async (t) => {
    const storage = storageOf();
    const { get, set } = storage;
    const sender = { fetch };
    const { house, user } = await signedIn(t, { storage });
    const daypass = house.client({ storage, timeout: 1, fetch: (...request) => sender.fetch(...request) });
    await daypass.getAccessToken();
    const { state } = daypass;
    hang({ storage, sender });
    const began = performance.now();
    await assert.rejects(refreshOnce(daypass), { code: 'TIMEOUT', retryable: true });
    assert.ok(performance.now() - began < 2_000);
    assert.equal(daypass.state, state);
    Object.assign(storage, { get, set });
    storage.comeTo?.();
    sender.fetch = fetch;
    assert.equal((await house.ask('{ me { id } }', { accessToken: await daypass.getAccessToken() })).data.me.id, user.id);
  });
}

test('a write that was given up overwrites nothing that came later', async (t) => {
  const storage = storageOf();
  const { house } = await signedIn(t, { storage });
  const daypass = house.client({ storage, timeout: 1 });
  const { set } = storage;
  let writeLate;
  storage.set = (value) => new Promise((resolve) => (writeLate = () => resolve(set(value))));
  await assert.rejects(refreshOnce(daypass), { code: 'TIMEOUT' });
  const stale = storage.value;
  storage.set = set;
  const login = daypass.login(house.credentials('demo'));
  writeLate();
  const { username } = await login;
  assert.equal(username, 'demo');
  assert.notEqual(storage.value, stale);
  const { me } = (await house.ask('{ me { username } }', { accessToken: await house.client({ storage }).getAccessToken() })).data;
  assert.equal(me.username, 'demo');
});

test('a login succeeds though the storage fails once it has kept the tokens', async (t) => {
  const house = await open(t);
  const storage = storageOf();
  const daypass = house.client({ storage });
  const { get, set } = storage;
  storage.set = (value) => {
    set(value);
    storage.get = () => Promise.reject(undefined);
  };
  assert.equal((await daypass.login(house.credentials('demo'))).username, 'demo');
  assert.equal(daypass.state.status, 'signedIn');
  const refused = await daypass.getAccessToken();
  await assert.rejects(daypass.getAccessToken({ refused }));
  storage.get = get;
  assert.ok(await daypass.getAccessToken());
});

test('who waits behind a queue waits no longer than the patience', async (t) => {
  const storage = storageOf();
  const { house } = await signedIn(t, { storage });
  const daypass = house.client({ storage, timeout: 0.6 });
  const credentials = house.credentials('demo');
  const tries = Array.from({ length: 6 }, () => {
    house.proxy.next('Login', () => {});
    return daypass.login(credentials);
  });
  const began = performance.now();
  for (const { reason } of await Promise.allSettled(tries)) {
    assert.deepEqual([reason?.code, reason?.retryable], ['TIMEOUT', true]);
  }
  assert.ok(performance.now() - began < 1_000);
  assert.ok(house.proxy.count('Login') < tries.length, 'whose turn never came sent nothing');
  assert.ok(await daypass.getAccessToken());
});

test('a login is sent once, whatever becomes of it', async (t) => {
  const house = await open(t);
  const daypass = house.client();
  house.proxy.next('Login', async ({ forward, drop }) => {
    await forward();
    drop();
  });
  await assert.rejects(daypass.login(house.credentials('demo')), { code: 'NETWORK_ERROR', retryable: true });
  assert.equal(house.proxy.count('Login'), 1);
  assert.equal((await daypass.login(house.credentials('demo'))).username, 'demo');
});

test('a logout whose answer was lost is sent again', async (t) => {
  const { house, daypass } = await signedIn(t);
  house.proxy.next('Logout', async ({ forward, drop }) => {
    await forward();
    drop();
  });
  await daypass.logout();
  assert.deepEqual(house.proxy.asked, ['Logout', 'Logout']);
  assert.deepEqual(daypass.state, { status: 'signedOut', reason: 'LOGGED_OUT' });
});

test('a logout waits for the refresh that is under way, and wins', async (t) => {
  const { house, daypass } = await signedIn(t);
  const gate = house.proxy.hold('Refresh');
  const next = refreshOnce(daypass);
  await gate.arrived;
  const done = daypass.logout();
  await elapse(50);
  assert.deepEqual(house.proxy.asked, ['Refresh']);
  gate.open();
  assert.ok(await next);
  await done;
  assert.equal(await daypass.getAccessToken(), null);
});

test('a thief was faster: the reason is REUSED', async (t) => {
  const storage = storageOf();
  const { house, daypass } = await signedIn(t, { storage });
  const thief = house.client({ storage: storageOf(storage.value) });
  await refreshOnce(thief);
  await refreshOnce(thief);
  assert.equal(await refreshOnce(daypass), null);
  assert.deepEqual(daypass.state, { status: 'signedOut', reason: 'REUSED' });
  assert.equal(await refreshOnce(thief), null);
  assert.deepEqual(thief.state, { status: 'signedOut', reason: 'REVOKED' });
});

test('the password is changed: this session goes on, also when its access token was refused', async (t) => {
  const house = await open(t);
  const daypass = house.client();
  const person = house.newcomer();
  const user = await daypass.register(person);
  const elsewhere = house.client();
  await elsewhere.login(person);
  await house.outdate(user.id, () => refreshOnce(daypass));
  const passwords = { currentPassword: person.password, newPassword: 'another horse' };
  assert.deepEqual(await daypass.changePassword(passwords), user);
  assert.ok(await refreshOnce(daypass));
  assert.equal(await refreshOnce(elsewhere), null);
  assert.equal(elsewhere.state.reason, 'REVOKED');
  assert.equal(house.proxy.count('ChangePassword'), 2);
});

test('nobody who is signed out changes a password', async (t) => {
  const house = await open(t);
  const change = house.client().changePassword({ currentPassword: 'a', newPassword: 'b' });
  await assert.rejects(change, { code: 'UNAUTHENTICATED', retryable: false });
  assert.deepEqual(house.proxy.asked, []);
});

test('the new refresh token is kept before the new access token is used', async (t) => {
  const storage = storageOf();
  const { house, daypass } = await signedIn(t, { storage });
  const before = tokensIn(storage).refreshToken;
  const order = [];
  const writing = new Promise((began) => {
    storage.set = async (value) => {
      began();
      await elapse(50);
      order.push('kept');
      storage.value = value;
    };
  });
  const next = refreshOnce(daypass).then(() => order.push('used'));
  await writing;
  assert.equal(daypass.peekAccessToken(), null);
  await next;
  assert.deepEqual(order, ['kept', 'used']);
  assert.notEqual(tokensIn(storage).refreshToken, before);
});

test('a reload goes on with what the storage has', async (t) => {
  const storage = storageOf();
  const { house, user } = await signedIn(t, { storage });
  const reloaded = house.client({ storage });
  assert.ok(await reloaded.getAccessToken());
  assert.deepEqual(reloaded.state.user, user);
});

test('an answer is dropped when somebody else has signed in there meanwhile', async (t) => {
  const storage = storageOf();
  const { house, daypass } = await signedIn(t, { storage });
  const otherStorage = storageOf();
  const other = await house.client({ storage: otherStorage }).login(house.credentials('demo'));
  house.proxy.next('Refresh', async ({ forward, answer }) => {
    const renewed = await forward();
    storage.value = otherStorage.value;
    answer(renewed);
  });
  const accessToken = await refreshOnce(daypass);
  assert.equal((await house.ask('{ me { id } }', { accessToken })).data.me.id, other.id);
  assert.deepEqual(daypass.state.user, other);
});

test('a verdict on a token that was replaced meanwhile signs nobody out', async (t) => {
  const storage = storageOf();
  const { house, daypass } = await signedIn(t, { storage });
  const otherStorage = storageOf();
  const other = await house.client({ storage: otherStorage }).login(house.credentials('demo'));
  const variables = { input: { refreshToken: tokensIn(storage).refreshToken } };
  await house.ask('mutation ($input: LogoutInput) { logout(input: $input) { success } }', { variables });
  const seen = [];
  daypass.subscribe(({ status }) => seen.push(status));
  house.proxy.next('Refresh', async ({ forward, answer }) => {
    const verdict = await forward();
    storage.value = otherStorage.value;
    answer(verdict);
  });
  assert.ok(await refreshOnce(daypass));
  assert.deepEqual(daypass.state.user, other);
  assert.deepEqual(seen, ['signedIn']);
});

test('the device token outlives the logout and goes with the next login', async (t) => {
  const storage = storageOf();
  const { house, daypass } = await signedIn(t, { storage });
  const { deviceToken } = tokensIn(storage);
  assert.match(deviceToken, /^ey/);
  await refreshOnce(daypass);
  assert.equal(tokensIn(storage).deviceToken, deviceToken);
  await daypass.logout();
  assert.deepEqual(tokensIn(storage), { deviceToken });
  await daypass.login(house.credentials('demo'));
  assert.equal(house.proxy.variables.at(-1).input.deviceToken, deviceToken);
  assert.notEqual(tokensIn(storage).deviceToken, deviceToken, 'the newest is kept');
});

test('without a device token a logout leaves nothing; what others wrote counts as nothing', async (t) => {
  const house = await open(t);
  for (const foreign of ['not JSON', '"text"', 'null', '{}']) {
    const daypass = house.client({ storage: storageOf(foreign) });
    assert.equal(await daypass.getAccessToken(), null);
  }
  const storage = storageOf();
  const daypass = house.client({ storage });
  await daypass.login(house.credentials('demo'));
  storage.value = JSON.stringify({ refreshToken: tokensIn(storage).refreshToken });
  await daypass.logout();
  assert.equal(storage.value, null);
});

/** Lets a little real time pass: lifetimes are measured by a clock that nobody can set. */
function elapse(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
