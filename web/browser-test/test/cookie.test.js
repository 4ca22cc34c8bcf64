import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { buildDaypass } from '../../playground/test/daypass.js';
import { attacks, tryAll } from './attacks.js';
import { openBrowser } from './browser.js';
import { FrontEnd, claimsOf } from './front-end.js';
import { openHouse } from './house.js';

const rounds = 20;

let build;

before(async () => {
  build = await buildDaypass();
});

after(() => build?.remove());

for (const tls of [true, false]) {
  describe(tls ? 'over TLS, as in production' : 'over plain HTTP, as in development', () => {
    const prefix = tls ? '__Host-' : '';

    test('a page of an allowed origin logs in, reloads, refreshes and logs out', async (t) => {
      const { house, context } = await open(t, tls);
      const page = await FrontEnd.open(context, house.allowed, house);
      assert.equal(codeOf(await page.refresh()), 'BAD_USER_INPUT', 'nobody is signed in');

      const answer = await page.login();
      const { login } = dataOf(answer);
      assert.equal(login.refreshToken, null);
      assert.match(answer.requestId, /^[A-Za-z0-9._-]+$/, 'the page may read it');
      assert.equal(dataOf(await page.me(login.accessToken)).me.username, 'demo');
      const cookie = await onlyCookie(context);
      const { value, expires, ...flags } = cookie;
      assert.deepEqual(flags, {
        name: `${prefix}daypass`,
        domain: '127.0.0.1',
        path: '/',
        httpOnly: true,
        secure: tls,
        sameSite: 'Strict',
      });
      const device = (await context.cookies()).find(({ name }) => name === `${prefix}daypass-device`);
      assert.deepEqual({ ...device, name: '', value: '', expires: 0 }, { ...flags, name: '', value: '', expires: 0 });
      assert.ok(Math.abs(expires - claimsOf(value).exp) < 5, 'it lives as long as its token');
      assert.equal(await page.visibleCookies(), '');

      await page.reload();
      const { refreshToken: renewed } = dataOf(await page.refresh());
      assert.equal(renewed.refreshToken, null);
      assert.equal(renewed.session.id, login.session.id);
      assert.equal(dataOf(await page.me(renewed.accessToken)).me.username, 'demo');
      assert.equal(claimsOf((await onlyCookie(context)).value).gen, claimsOf(value).gen + 1);

      assert.deepEqual(dataOf(await page.logout()), { logout: { success: true } });
      assert.deepEqual(await tokenCookies(context), []);
      assert.deepEqual(await context.cookies(), [device], 'the device stays known');
      assert.equal(codeOf(await page.refresh()), 'BAD_USER_INPUT');
      const preflights = house.proxy.passed.filter(({ method }) => method === 'OPTIONS');
      // The browser forgets them on a reload; one more asks for the header that only `me` has.
      assert.ok(preflights.length <= 4, `${preflights.length} preflights for ${house.proxy.passed.length} requests`);
    });

    test("a page of Daypass's own origin needs no permission", async (t) => {
      const { house, context } = await open(t, tls);
      const page = await FrontEnd.open(context, house.own, house);
      dataOf(await page.login());
      dataOf(await page.refresh());
      dataOf(await page.logout());
      assert.deepEqual(await tokenCookies(context), []);
    });

    for (const kind of ['sibling', 'stranger']) {
      test(`a page of another origin gets nothing: a ${kind}`, async (t) => {
        const { house, context } = await open(t, tls);
        const login = `mutation { login(input: {username: "demo", password: "${house.password}", tokenDelivery: COOKIE}) { accessToken } }`;
        const foreign = await context.newPage();
        await foreign.goto(house[kind]);
        assert.deepEqual(await tryAll(foreign, house.api, login), {});
        assert.deepEqual(await context.cookies(), [], 'it cannot sign a visitor in as somebody else');

        const victim = await FrontEnd.open(context, house.allowed, house);
        const { session } = dataOf(await victim.login()).login;
        const before = await onlyCookie(context);
        for (const operation of [
          login,
          'mutation { refreshToken { accessToken refreshToken } }',
          'mutation { logout { success } }',
          '{ __typename me { username } }',
        ]) {
          assert.deepEqual(await tryAll(foreign, house.api, operation), {}, operation);
        }
        assert.deepEqual(await onlyCookie(context), before);
        const after = dataOf(await victim.refresh()).refreshToken;
        assert.equal(after.session.id, session.id, 'the session goes on');
        assert.equal(claimsOf(after.accessToken).gen, claimsOf(before.value).gen + 1, 'nobody else rotated it');

        const posts = house.proxy.passed.filter(({ method, origin }) => method === 'POST' && origin !== house.allowed);
        assert.ok(posts.length > 0);
        t.diagnostic(`${5 * Object.keys(attacks).length} attempts, ${posts.length} POSTs of them arrived and were refused`);
        for (const { status, cookie } of posts) {
          assert.equal(status, cookie ? 403 : 415);
        }
        // To a sibling the browser lends the cookie; what the server then does must not rest on SameSite.
        assert.equal(posts.some(({ cookie }) => cookie), kind === 'sibling');
      });
    }

    test('two tabs at once make one rotation', async (t) => {
      const { house, context } = await open(t, tls);
      const tabs = [await FrontEnd.open(context, house.allowed, house), await FrontEnd.open(context, house.allowed, house)];
      for (let round = 1; round <= rounds; round++) {
        const { gen } = claimsOf(dataOf(await tabs[0].login()).login.accessToken);
        const gate = house.proxy.hold(2);
        const answers = tabs.map((tab) => tab.refresh());
        await gate.arrived;
        gate.open();
        for (const answer of await Promise.all(answers)) {
          assert.equal(claimsOf(dataOf(answer).refreshToken.accessToken).gen, gen + 1);
        }
        const held = await onlyCookie(context);
        assert.equal(claimsOf(held.value).gen, gen + 1);
        dataOf(await tabs[0].refresh());
        assert.equal((await onlyCookie(context)).value, held.value, 'a third tab, within the grace, rotates nothing');
      }
      t.diagnostic(`${rounds} rounds of two refreshes at once: one rotation each`);
    });

    for (const late of ['refresh', 'logout']) {
      test(`a ${late} that is late leaves the newer login`, async (t) => {
        const { house, context } = await open(t, tls);
        const slow = await FrontEnd.open(context, house.allowed, house);
        const quick = await FrontEnd.open(context, house.allowed, house);
        dataOf(await slow.login());
        const gate = house.proxy.hold(1);
        const answer = slow[late]();
        await gate.arrived;
        const { session } = dataOf(await quick.login()).login;
        const newer = await onlyCookie(context);
        gate.open();
        assert.equal(codeOf(await answer), late === 'refresh' ? 'INVALID_REFRESH_TOKEN' : undefined);
        assert.deepEqual(await onlyCookie(context), newer);
        assert.equal(dataOf(await slow.refresh()).refreshToken.session.id, session.id);
      });
    }
  });
}

describe('a page of another site that is on the list', () => {
  const listed = (sameSite) => (origins) => ({ DAYPASS_ALLOWED_ORIGINS: origins.stranger, DAYPASS_COOKIE_SAMESITE: sameSite });

  test('uses the cookie when that is SameSite=None', async (t) => {
    const { house, context } = await open(t, true, listed('none'));
    const page = await FrontEnd.open(context, house.stranger, house);
    dataOf(await page.login());
    assert.equal((await onlyCookie(context)).sameSite, 'None');
    dataOf(await page.refresh());
    dataOf(await page.logout());
    assert.deepEqual(await tokenCookies(context), []);
  });

  for (const sameSite of ['strict', 'lax']) {
    test(`gets none that is SameSite=${sameSite}: the browser drops it`, async (t) => {
      const { house, context } = await open(t, true, listed(sameSite));
      const page = await FrontEnd.open(context, house.stranger, house);
      dataOf(await page.login());
      assert.deepEqual(await context.cookies(), []);
      assert.equal(codeOf(await page.refresh()), 'BAD_USER_INPUT');
    });
  }
});

async function open(t, tls, env) {
  const house = await openHouse(build.program, { tls, env });
  t.after(house.close);
  const browser = await openBrowser();
  t.after(browser.close);
  return { house, context: browser.context };
}

/** The cookies with a refresh token. */
async function tokenCookies(context) {
  const cookies = await context.cookies();
  return cookies.filter(({ name }) => !name.endsWith('-device'));
}

async function onlyCookie(context) {
  const cookies = await tokenCookies(context);
  assert.equal(cookies.length, 1);
  return cookies[0];
}

function dataOf(answer) {
  assert.equal(answer.blocked, undefined, 'the browser kept the answer back');
  assert.equal(answer.errors, undefined);
  return answer.data;
}

function codeOf(answer) {
  return answer.errors?.[0].extensions.code;
}
