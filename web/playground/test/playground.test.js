import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { openBrowser } from './browser.js';
import { buildDaypass, startDaypass } from './daypass.js';
import { PlaygroundPage } from './playground-page.js';

const steps = ['LogIn', 'WhoAmI', 'Refresh', 'LogOut'];

let build;

before(async () => {
  build = await buildDaypass();
});

after(() => build?.remove());

test('a newcomer logs in, asks who they are, refreshes and logs out', async (t) => {
  const { origin, password, page, playground } = await open(t);
  assert.deepEqual(await playground.tabNames(), steps);
  await playground.seesPane('Variables');
  assert.deepEqual(JSON.parse(await playground.paneText()), { username: 'demo', password: '' });
  await playground.fillPane({ username: 'demo', password });
  const { login } = dataOf(await playground.run());
  assert.equal(login.user.username, 'demo');
  assert.equal(login.user.role, 'USER');
  assert.ok(login.expiresIn > 0);

  await playground.openTab('WhoAmI');
  await playground.seesPane('Headers');
  assert.equal(codeOf(await playground.run()), 'UNAUTHENTICATED');
  await playground.fillPane(bearer(login.accessToken));
  const { me } = dataOf(await playground.runWithKeys());
  assert.equal(me.id, login.user.id);
  assert.equal(me.username, 'demo');
  await keepScreenshot(page, playground);

  await playground.openTab('Refresh');
  await playground.seesPane('Variables');
  await playground.fillPane({ refreshToken: login.refreshToken });
  const { refreshToken: renewed } = dataOf(await playground.run());
  assert.notEqual(renewed.accessToken, login.accessToken);
  assert.notEqual(renewed.refreshToken, login.refreshToken);

  await playground.openTab('WhoAmI');
  await playground.seesPane('Headers');
  await playground.fillPane(bearer(renewed.accessToken));
  assert.equal(dataOf(await playground.run()).me.id, me.id);

  await playground.openTab('LogOut');
  await playground.seesPane('Variables');
  await playground.fillPane({ refreshToken: renewed.refreshToken });
  assert.deepEqual(dataOf(await playground.run()), { logout: { success: true } });

  await playground.openTab('Refresh');
  await playground.fillPane({ refreshToken: renewed.refreshToken });
  assert.equal(codeOf(await playground.run()), 'INVALID_REFRESH_TOKEN');

  assert.deepEqual(await keptByBrowser(page), { localStorage: 0, sessionStorage: 0, databases: 0, cookie: '' });
  assert.equal(page.url(), `${origin}/`);
});

test('nothing that was typed outlives a reload', async (t) => {
  const { origin, password, playground } = await open(t);
  await playground.fillPane({ username: 'demo', password });
  dataOf(await playground.run());

  await playground.open(origin);
  assert.deepEqual(await playground.tabNames(), steps);
  assert.deepEqual(JSON.parse(await playground.paneText()), { username: 'demo', password: '' });
});

test('completion knows the schema', async (t) => {
  const { playground } = await open(t);
  assert.ok((await playground.completionsOf('{ m')).includes('me'));
  assert.equal(await playground.notice.count(), 0);
});

test('without introspection the page says so, and operations run', async (t) => {
  const { password, playground } = await open(t, { DAYPASS_INTROSPECTION: 'false' });
  assert.match(await playground.notice.innerText(), /schema could not be read/);
  await playground.fillPane({ username: 'demo', password });
  assert.equal(dataOf(await playground.run()).login.user.username, 'demo');
});

/** Starts the program and opens its playground; afterwards nobody may have complained. */
async function open(t, env) {
  const daypass = await startDaypass(build.program, env);
  let browser;
  t.after(async () => {
    // Read before anything ends: what was still loading is then cut off, and complains.
    const complaints = [...(browser?.complaints ?? [])];
    await browser?.close();
    await daypass.stop();
    assert.deepEqual(complaints, []);
  });
  browser = await openBrowser(daypass.origin);
  const playground = new PlaygroundPage(browser.page);
  await playground.open(daypass.origin);
  return { ...daypass, page: browser.page, playground };
}

function bearer(accessToken) {
  return { Authorization: `Bearer ${accessToken}` };
}

function dataOf(answer) {
  assert.equal(answer.errors, undefined);
  return answer.data;
}

function codeOf(answer) {
  return answer.errors?.[0].extensions.code;
}

/** What the page left in the browser. */
function keptByBrowser(page) {
  return page.evaluate(async () => ({
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    cookie: document.cookie,
  }));
}

/** Takes the picture of the README, with the token out of sight. */
async function keepScreenshot(page, playground) {
  if (!process.env.KEEP_SCREENSHOT) {
    return;
  }
  await playground.fillPane(bearer('eyJhbGciOiJFZERTQSIs...'));
  await page.mouse.move(0, 0);
  await page.locator('.scrollbar.visible').waitFor({ state: 'detached' });
  await page.screenshot({
    path: fileURLToPath(new URL('../../../docs/images/playground.png', import.meta.url)),
    style: '.cursors-layer, .bracket-match { visibility: hidden !important }',
  });
}
