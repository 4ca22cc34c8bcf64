import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { buildDaypass } from '../../playground/test/daypass.js';
import { openBrowser } from './browser.js';
import { openHouse } from './house.js';

let build;
let script;

before(async () => {
  build = await buildDaypass();
  const docs = await readFile(new URL('../../../docs/browsers.md', import.meta.url), 'utf8');
  script = [...docs.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code).join('\n');
});

after(() => build?.remove());

test('a tab learns by sessionEnded that another ended its session', async (t) => {
  const { house, openTab } = await open(t);
  const [listening, other] = [await openTab(), await openTab()];
  const { session } = await login(listening, house.password);
  await listen(listening);
  await house.proxy.streams(1);
  await other.evaluate(() => refresh());
  const began = performance.now();
  await other.evaluate(() => logout());
  assert.deepEqual(await heard(listening), { sessionId: session.id, reason: 'LOGGED_OUT' });
  const took = performance.now() - began;
  t.diagnostic(`told after ${took.toFixed(0)} ms, the logout included`);
  assert.ok(took < 1_000, `${took} ms`);
});

test('tabs share one stream, and the next one takes it over', async (t) => {
  const { house, openTab } = await open(t);
  const tabs = [];
  for (let tab = 0; tab < 8; tab++) {
    tabs.push(await openTab());
  }
  await login(tabs[0], house.password);
  for (const tab of tabs) {
    await tab.evaluate(async () => {
      accessToken = (await refresh()).data.refreshToken.accessToken;
    });
    await listen(tab);
    await house.proxy.streams(1); // the first one holds it
  }
  await tabs.shift().close();
  await house.proxy.streams(2);
  assert.equal(house.proxy.passed.filter(({ stream }) => stream).length, 2);
  await tabs[3].evaluate(() => logout());
  for (const tab of tabs) {
    assert.equal((await heard(tab)).reason, 'LOGGED_OUT');
  }
});

test('a page of another origin gets no stream', async (t) => {
  const { house, context, openTab } = await open(t);
  const page = await openTab();
  const { accessToken } = await login(page, house.password);
  for (const origin of [house.sibling, house.stranger]) {
    const foreign = await context.newPage();
    await foreign.goto(origin);
    for (const credentials of ['include', 'omit']) {
      const got = await foreign.evaluate(
        ({ api, accessToken, credentials }) =>
          fetch(api, {
            method: 'POST',
            credentials,
            headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream', Authorization: `Bearer ${accessToken}` },
            body: JSON.stringify({ query: 'subscription { sessionEnded { reason } }' }),
          }).then(
            (answer) => answer.text(),
            () => 'blocked',
          ),
        { api: house.api, accessToken, credentials },
      );
      assert.equal(got, 'blocked', `${origin}, ${credentials}`);
    }
  }
  assert.equal(house.proxy.passed.filter(({ stream }) => stream).length, 0);
});

test('a cookie alone opens no stream', async (t) => {
  const { house, openTab } = await open(t);
  const page = await openTab();
  await login(page, house.password);
  const answer = await page.evaluate(
    (api) =>
      fetch(api, {
        method: 'POST',
        credentials: 'include',
        headers: { 'Content-Type': 'application/json', Accept: 'text/event-stream' },
        body: JSON.stringify({ query: 'subscription { sessionEnded { reason } }' }),
      }).then((answer) => answer.text()),
    house.api,
  );
  assert.match(answer, /UNAUTHENTICATED/);
});

async function open(t) {
  const house = await openHouse(build.program, { tls: false });
  t.after(house.close);
  const { context, close } = await openBrowser();
  t.after(close);
  const openTab = async () => {
    const page = await context.newPage();
    await page.goto(house.allowed);
    await page.addScriptTag({ content: script.replaceAll('https://api.example.com/graphql', house.api) });
    return page;
  };
  return { house, context, openTab };
}

/** Signs the page in, and returns what the access token says of the session. */
async function login(page, password) {
  const { data } = await page.evaluate((password) => login('demo', password), password);
  const { accessToken } = data.login;
  await page.evaluate((token) => {
    accessToken = token;
  }, accessToken);
  const { sid } = JSON.parse(Buffer.from(accessToken.split('.')[1], 'base64url').toString());
  return { accessToken, session: { id: sid } };
}

/** Lets the page listen; what it hears is for `heard`. */
function listen(page) {
  return page.evaluate(() => {
    window.heard = new Promise((resolve) => void onSessionEnd(resolve));
  });
}

function heard(page) {
  return page.evaluate(() => window.heard);
}
