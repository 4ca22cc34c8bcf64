import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { buildDaypass } from '../../../web/playground/test/daypass.js';
import { openBrowser } from './house/browser.js';
import { openHouse, startProgram, startSharedProgram } from './house/house.js';
import { servePages } from './house/pages.js';
import { Tab } from './house/tab.js';

const rounds = 10;
const hours = 3_600_000;
const sharedStorage = { delivery: 'BODY', storage: 'localStorage' };

let build;
let pages;
let program;
let browser;

before(async () => {
  build = await buildDaypass();
  pages = await servePages();
  program = await startSharedProgram(build.program, allowed());
  browser = await openBrowser();
});

after(async () => {
  await browser?.close();
  await program?.remove();
  pages?.close();
  await build?.remove();
});

const allowed = () => ({ DAYPASS_ALLOWED_ORIGINS: pages.origin });

/** Opens a house and a browser; `tab` opens a tab of the front end there. With settings the program is its own. */
async function open(t, { env, init, ...options } = {}) {
  const house = await openHouse(t, env ? await startProgram(t, build.program, { ...allowed(), ...env }) : program);
  const context = await browser.newContext();
  t.after(() => context.close());
  if (init) {
    await context.addInitScript(init);
  }
  const tab = (more) => Tab.open(context, pages.origin, { url: house.url, ...options, ...more });
  return { house, context, tab };
}

/** Opens two tabs that somebody is signed in to. */
async function signedIn(t, options) {
  const { tab, ...rest } = await open(t, options);
  const one = await tab();
  const user = await one.register(rest.house.newcomer());
  const other = await tab();
  const accessToken = await one.token();
  assert.ok(await other.token());
  rest.house.proxy.forget();
  return { ...rest, tab, one, other, user, accessToken: await one.token() };
}

const whoIs = async (house, accessToken) => (await house.ask('{ me { id } }', { accessToken })).data.me.id;

for (const [delivery, options] of Object.entries({ COOKIE: {}, BODY: sharedStorage })) {
  test(`${delivery}: two tabs make one refresh`, async (t) => {
    const { house, one, other, user } = await signedIn(t, options);
    let accessToken = await one.token();
    assert.equal(await other.token(), accessToken, 'the tab that came later has that of the earlier one');
    for (let round = 1; round <= rounds; round++) {
      house.proxy.forget();
      const next = await Promise.all([one.token(accessToken), other.token(accessToken)]);
      assert.equal(next[0], next[1]);
      assert.notEqual(next[0], accessToken);
      assert.deepEqual(house.proxy.asked, ['Refresh'], `round ${round}`);
      accessToken = next[0];
    }
    assert.equal(await whoIs(house, accessToken), user.id);
  });

  test(`${delivery}: five tabs that are opened again at once make one refresh`, async (t) => {
    const { house, context, tab, one, other, user } = await signedIn(t, options);
    const tabs = [one, other, await tab(), await tab(), await tab()];
    await Promise.all(tabs.map(({ page }) => page.goto('about:blank')));
    await Promise.all(tabs.map((each) => each.load(pages.origin, { url: house.url, ...options })));
    house.proxy.forget();
    assert.deepEqual((await tabs[0].state()).status, 'unknown');
    const tokens = await Promise.all(tabs.map((each) => each.token()));
    assert.equal(new Set(tokens).size, 1);
    assert.equal(await whoIs(house, tokens[0]), user.id);
    assert.deepEqual(house.proxy.asked, ['Refresh']);
    assert.equal(context.pages().length, 5);
  });

  test(`${delivery}: a logout in one tab is seen in the other`, async (t) => {
    const { house, one, other, user } = await signedIn(t, options);
    assert.deepEqual(await other.state(), { status: 'signedIn', user });
    await one.logout();
    assert.deepEqual(await other.becomes('signedOut'), { status: 'signedOut', reason: 'LOGGED_OUT' });
    assert.equal(await other.token(), null);
    assert.deepEqual(house.proxy.asked, ['Logout']);
  });

  test(`${delivery}: a sign-in in one tab is seen in the other, also as somebody else`, async (t) => {
    const { house, tab } = await open(t, options);
    const [one, other] = [await tab(), await tab()];
    assert.equal(await other.token(), null);
    assert.deepEqual(await other.state(), { status: 'signedOut', reason: undefined });
    const first = await one.register(house.newcomer());
    assert.deepEqual((await other.becomes('signedIn')).user, first);
    const second = await one.register(house.newcomer());
    await other.holds(await one.token());
    assert.deepEqual((await other.state()).user, second);
    assert.deepEqual((await other.seen()).map(({ user }) => user?.id), [undefined, first.id, second.id]);
    assert.equal(await whoIs(house, await other.token()), second.id);
  });

  test(`${delivery}: a thief was faster: every tab hears the reason`, async (t) => {
    const { house, context, one, other } = await signedIn(t, options);
    const refreshToken = await refreshTokenOf(context, one);
    const steal = async (refreshToken) => {
      const variables = { input: { refreshToken } };
      const query = 'mutation ($input: RefreshTokenInput) { refreshToken(input: $input) { accessToken refreshToken } }';
      return (await house.ask(query, { variables })).data.refreshToken;
    };
    await steal((await steal(refreshToken)).refreshToken);
    assert.equal(await one.token(await one.token()), null);
    assert.deepEqual(await one.state(), { status: 'signedOut', reason: 'REUSED' });
    assert.deepEqual(await other.becomes('signedOut'), { status: 'signedOut', reason: 'REUSED' });
  });

  test(`${delivery}: browsers without locks and channels keep everybody signed in`, async (t) => {
    const init = () => {
      delete globalThis.BroadcastChannel;
      Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
    };
    const { house, one, other, user } = await signedIn(t, { ...options, init });
    for (let round = 1; round <= 5; round++) {
      const next = await Promise.all([one.token(await one.token()), other.token(await other.token())]);
      assert.equal(await whoIs(house, next[0]), user.id);
      assert.equal(await whoIs(house, next[1]), user.id);
    }
    await one.logout();
    assert.equal(await other.token(await other.token()), null);
    assert.equal((await other.state()).status, 'signedOut');
  });
}

test('a tab that dies in mid-refresh holds nobody up', async (t) => {
  const { house, one, other, user } = await signedIn(t);
  const accessToken = await one.token();
  const gate = house.proxy.hold('Refresh');
  one.token(accessToken).catch(() => {});
  await gate.arrived;
  const next = other.token(await other.token());
  await one.page.close();
  assert.equal(await whoIs(house, await next), user.id);
  gate.open();
});

test('a request that nobody answers holds the other tab up for a while only', async (t) => {
  const { house, one, other, user } = await signedIn(t, { timeout: 3 });
  const stuck = house.proxy.next('Refresh', () => {});
  const first = one.token(await one.token());
  await stuck;
  assert.equal(await whoIs(house, await other.token(await other.token())), user.id);
  assert.equal(await whoIs(house, await first), user.id);
});

test('the server is killed in mid-refresh and comes back: both tabs go on', async (t) => {
  const { house, one, other, user } = await signedIn(t, { env: {} });
  const killed = house.proxy.next('Refresh', async ({ forward, drop }) => {
    await forward();
    await house.program.kill();
    drop();
  });
  const next = [one.token(await one.token()), other.token(await other.token())];
  await killed;
  await house.proxy.next('Refresh', ({ drop }) => drop());
  await house.program.start();
  for (const accessToken of await Promise.all(next)) {
    assert.equal(await whoIs(house, accessToken), user.id);
  }
  assert.deepEqual((await one.seen()).map(({ status }) => status), ['signedIn']);
  assert.deepEqual((await other.seen()).map(({ status }) => status), ['signedIn']);
});

for (const wrong of [-5 * hours, 5 * hours]) {
  test(`a clock that is wrong by ${wrong / hours} hours, and set right later, changes nothing`, async (t) => {
    const init = `{
      const now = Date.now;
      globalThis.wrong = ${wrong};
      Date.now = () => now() + globalThis.wrong;
      Date = new Proxy(Date, { construct: (Real, given) => (given.length ? new Real(...given) : new Real(Date.now())) });
    }`;
    const { house, one } = await signedIn(t, { env: { DAYPASS_ACCESS_TOKEN_TTL: '3s' }, init });
    assert.ok(Math.abs((await one.page.evaluate(() => Date.now())) - Date.now() - wrong) < hours);
    const accessToken = await one.token((await one.token()));
    house.proxy.forget();
    assert.equal(await one.token(), accessToken, 'it is fresh');
    await one.page.evaluate(() => (globalThis.wrong = 0));
    assert.equal(await one.token(), accessToken);
    assert.deepEqual(house.proxy.asked, []);
    await one.page.waitForTimeout(1_600); // more than half of its time
    assert.equal(await one.token(), accessToken, 'it is good');
    await one.page.waitForFunction((accessToken) => window.daypass.peekAccessToken() !== accessToken, accessToken);
    assert.deepEqual(house.proxy.asked, ['Refresh']);
  });
}

for (const [what, headers] of Object.entries({
  'the Content-Type': { 'content-type': 'text/plain' },
  'the Accept': { accept: 'text/html' },
})) {
  test(`something between spoils ${what} of a refresh: nobody is signed out`, async (t) => {
    const { house, one, other, user, accessToken } = await signedIn(t);
    house.proxy.next('Refresh', async ({ forward, answer }) => answer(await forward(headers)));
    assert.equal(await one.token(accessToken), 'BAD_USER_INPUT');
    assert.deepEqual(house.proxy.asked, ['Refresh']);
    for (const tab of [one, other]) {
      assert.deepEqual(await tab.state(), { status: 'signedIn', user });
    }
    assert.equal(await whoIs(house, await one.token()), user.id);
  });
}

test('a listener that throws is reported, and keeps nobody from going on', async (t) => {
  const { house, tab } = await open(t);
  const [one, other] = [await tab(), await tab()];
  await one.page.evaluate(() => {
    window.later = [];
    window.addEventListener('error', ({ error }) => window.later.push(error.message));
    window.daypass.subscribe(() => {
      throw new Error('a fault');
    });
    window.daypass.subscribe(({ status }) => window.later.push(status));
  });
  const user = await one.register(house.newcomer());
  assert.deepEqual((await other.becomes('signedIn')).user, user);
  await one.logout();
  assert.equal((await other.becomes('signedOut')).reason, 'LOGGED_OUT');
  assert.deepEqual(await one.page.evaluate(() => window.later), ['signedIn', 'a fault', 'signedOut', 'a fault']);
});

test('a storage that throws while another tab speaks: nothing comes of it but the error of who needs it', async (t) => {
  const { house, one, other, user } = await signedIn(t, sharedStorage);
  const faults = [];
  one.page.on('pageerror', ({ message }) => faults.push(message));
  await one.page.evaluate((url) => {
    Storage.prototype.getItem = () => {
      throw new Error('a fault');
    };
    const channel = new BroadcastChannel(`daypass BODY ${url}`);
    window.spoken = new Promise((resolve) => (channel.onmessage = ({ data }) => data.kind === 'news' && resolve()));
  }, house.url);
  const accessToken = await other.token(await other.token());
  await one.page.evaluate(() => window.spoken.then(() => new Promise((resolve) => setTimeout(resolve, 50))));
  assert.deepEqual(faults, []);
  assert.deepEqual(await one.state(), { status: 'signedIn', user });
  assert.equal(await whoIs(house, accessToken), user.id);
});

test('a storage that hangs in a tab gives the lock back', async (t) => {
  const { house, one, other, user } = await signedIn(t, { ...sharedStorage, timeout: 3 });
  const accessToken = await one.token();
  await one.page.evaluate(() => (Storage.prototype.getItem = () => new Promise(() => {})));
  const stuck = one.token(accessToken);
  assert.equal(await whoIs(house, await other.token(accessToken)), user.id);
  assert.equal(await stuck, 'TIMEOUT');
  assert.equal((await one.state()).status, 'signedIn');
});

test('a load goes on with the cookie; where there is none nobody is signed in', async (t) => {
  const { house, context, tab } = await open(t);
  const one = await tab();
  const user = await one.register(house.newcomer());
  assert.equal(await one.page.evaluate(() => document.cookie), '');
  house.proxy.forget();
  await one.load(pages.origin, { url: house.url });
  assert.deepEqual(await one.state(), { status: 'unknown' });
  assert.equal(await whoIs(house, await one.token()), user.id);
  assert.deepEqual(await one.state(), { status: 'signedIn', user });
  assert.deepEqual(house.proxy.asked, ['Refresh']);
  await context.clearCookies();
  assert.equal(await one.token(await one.token()), null);
  assert.deepEqual(await one.state(), { status: 'signedOut', reason: undefined });
});

test('the answer to a refresh and its cookie are lost: the next try has the same session', async (t) => {
  const { house, one, user } = await signedIn(t);
  house.proxy.next('Refresh', async ({ forward, drop }) => {
    await forward();
    drop();
  });
  const accessToken = await one.token(await one.token());
  assert.equal(await whoIs(house, accessToken), user.id);
  assert.equal((await house.ask('{ sessions { id } }', { accessToken })).data.sessions.length, 1);
  assert.equal(house.proxy.count('Refresh'), 2);
});

test('a login waits for the refresh that another tab has under way', async (t) => {
  const { house, context, one, other } = await signedIn(t);
  const gate = house.proxy.hold('Refresh');
  const next = one.token(await one.token());
  await gate.arrived;
  const login = other.login(house.credentials('demo'));
  await other.page.waitForTimeout(100);
  assert.deepEqual(house.proxy.asked, ['Refresh']);
  gate.open();
  const user = await login;
  await next;
  await one.holds(await other.token());
  assert.deepEqual((await one.state()).user, user);
  const [cookie] = (await context.cookies()).filter(({ name }) => name === 'daypass');
  const { data } = await house.ask('mutation { refreshToken { user { id } } }', { cookie: `daypass=${cookie.value}` });
  assert.equal(data.refreshToken.user.id, user.id);
});

test('the session was ended elsewhere: one more try, for another tab may have signed in', async (t) => {
  const { house, one, accessToken } = await signedIn(t);
  await house.ask('mutation { logoutAll { revokedSessionIds } }', { accessToken });
  assert.equal(await one.token(accessToken), null);
  assert.deepEqual(await one.state(), { status: 'signedOut', reason: 'REVOKED' });
  assert.deepEqual(house.proxy.asked, ['Refresh', 'Refresh']);
});

test('a storage that shows the writes of other tabs late keeps nobody from hearing of them', async (t) => {
  const { house, tab } = await open(t, { ...sharedStorage, late: true });
  const [one, other] = [await tab(), await tab()];
  const user = await one.register(house.newcomer());
  assert.deepEqual((await other.becomes('signedIn')).user, user);
  assert.equal(await other.token(), await one.token());
  await other.logout();
  assert.equal((await one.becomes('signedOut')).reason, 'LOGGED_OUT');
  assert.deepEqual(house.proxy.asked, ['Register', 'Logout']);
});

test('somebody else holds the lock and does not let go: the client gives up in time', async (t) => {
  const { house, one, other } = await signedIn(t, { timeout: 1 });
  const accessToken = await one.token();
  await other.page.evaluate(
    (url) =>
      new Promise((held) => {
        void navigator.locks.request(`daypass COOKIE ${url}`, () => {
          held();
          return new Promise(() => {});
        });
      }),
    house.url,
  );
  assert.equal(await one.token(accessToken), 'TIMEOUT');
  assert.equal((await one.state()).status, 'signedIn');
  assert.deepEqual(house.proxy.asked, []);
  await other.page.close();
  assert.ok(await one.token());
});

test('tabs with a storage of their own are strangers', async (t) => {
  const { house, tab } = await open(t, { delivery: 'BODY', storage: 'sessionStorage' });
  const [one, other] = [await tab(), await tab()];
  const first = await one.register(house.newcomer());
  assert.equal(await other.token(), null);
  const second = await other.register(house.newcomer());
  assert.deepEqual((await one.state()).user, first);
  await one.logout();
  assert.deepEqual((await other.state()).user, second);
  assert.equal(await whoIs(house, await other.token(await other.token())), second.id);
});

test('without a storage nothing is written, and the tab is on its own', async (t) => {
  const { house, tab } = await open(t, { delivery: 'BODY' });
  const [one, other] = [await tab(), await tab()];
  await one.register(house.newcomer());
  assert.equal(await other.token(), null);
  const kept = await one.page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(kept, [0, 0, '']);
});

test('a closed client hears and tells nothing, and works', async (t) => {
  const { house, one, other } = await signedIn(t);
  await other.page.evaluate(() => window.daypass.close());
  const accessToken = await other.token(await other.token());
  assert.ok(accessToken);
  assert.notEqual(await one.token(), accessToken);
  await one.logout();
  assert.equal((await other.state()).status, 'signedIn');
  assert.deepEqual(house.proxy.asked, ['Refresh', 'Logout']);
});

/** What a thief would copy. */
async function refreshTokenOf(context, tab) {
  const kept = await tab.page.evaluate(() => localStorage.getItem('daypass'));
  if (kept) {
    return JSON.parse(kept).refreshToken;
  }
  return (await context.cookies()).find(({ name }) => name === 'daypass').value;
}
