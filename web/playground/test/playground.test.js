import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { openBrowser } from './browser.js';
import { buildDaypass, startDaypass } from './daypass.js';
import { PlaygroundPage } from './playground-page.js';
import { SessionPanel } from './session-panel.js';

const fresh = /^(15:00|14:5\d)$/;
const steps = ['LogIn', 'WhoAmI', 'Refresh', 'Watch', 'LogOut'];

let build;

before(async () => {
  build = await buildDaypass();
});

after(() => build?.remove());

test('a newcomer logs in, asks who they are, refreshes and logs out, and copies no token', async (t) => {
  const { origin, password, page, playground, panel } = await open(t);
  assert.deepEqual(await playground.tabNames(), steps);
  assert.equal(await panel.who(), 'Nobody is signed in');
  await playground.openTab('WhoAmI');
  assert.equal(codeOf(await playground.run()), 'UNAUTHENTICATED');
  await panel.says('The access token is missing, invalid, expired or revoked');

  await playground.openTab('LogIn');
  await playground.seesPane('Variables');
  assert.deepEqual(JSON.parse(await playground.paneText()), { username: 'demo', password: '' });
  await playground.fillPane({ username: 'demo', password });
  const { login } = dataOf(await playground.runWithKeys());
  assert.equal(login.user.username, 'demo');
  assert.equal(login.user.role, 'USER');
  assert.ok(login.expiresIn > 0);
  assert.equal(await panel.who(), 'demo is signed in');

  await playground.openTab('WhoAmI');
  const { me } = dataOf(await playground.run());
  assert.equal(me.id, login.user.id);
  await keepScreenshot(page);

  await playground.openTab('Refresh');
  const { refreshToken: renewed } = dataOf(await playground.run());
  assert.notEqual(renewed.accessToken, login.accessToken);
  assert.notEqual(renewed.refreshToken, login.refreshToken);
  await panel.says('generation 2');

  await playground.openTab('WhoAmI');
  assert.equal(dataOf(await playground.run()).me.id, me.id);

  await playground.openTab('LogOut');
  assert.deepEqual(dataOf(await playground.run()), { logout: { success: true } });
  assert.match(await panel.who(), /^demo is signed out/);

  await playground.openTab('WhoAmI');
  assert.equal(codeOf(await playground.run()), 'UNAUTHENTICATED');
  assert.deepEqual(await keptByBrowser(page), { localStorage: 0, sessionStorage: 0, databases: 0, cookie: '' });
  assert.equal(page.url(), `${origin}/`);
});

test('the panel tells what the access token says, and steps back for what was typed', async (t) => {
  const { playground, panel, login } = await openSignedIn(t);
  const claims = claimsOf(login.accessToken);
  assert.match(await panel.claim('sub'), new RegExp(`^${login.user.id}`));
  assert.match(await panel.claim('sid'), new RegExp(`^${claims.sid}`));
  assert.match(await panel.claim('role'), /^USER/);
  assert.match(await panel.claim('exp'), new RegExp(`^${claims.exp}\\s+expires in 15 minutes`));
  assert.match(await panel.claim('typ'), /^at\+jwt/);
  const text = await panel.text();
  assert.ok(!text.includes(login.accessToken) && !text.includes(login.refreshToken), 'no token in full');

  await playground.openTab('WhoAmI');
  await playground.openPane('Headers');
  await playground.fillPane({ authorization: '' });
  assert.equal(codeOf(await playground.run()), 'UNAUTHENTICATED');
  await panel.says('that the Headers pane has; the panel added none');
  assert.equal(await panel.who(), 'demo is signed in', 'the tokens that it holds are as good as before');
  await playground.fillPane({});
  assert.equal(dataOf(await playground.run()).me.username, 'demo');
  assert.equal(await panel.lastError(), '');
});

test('the countdown runs by no clock that somebody sets, and who comes with an older token is told', async (t) => {
  const { page, playground, panel, login } = await openSignedIn(t, { withClock: true });
  await page.clock.pauseAt(Date.now() + 1000);
  const before = await panel.timeLeft();
  assert.match(before, fresh);
  await page.clock.setSystemTime(Date.now() + 3 * 60 * 60_000);
  await page.clock.runFor(1000);
  const after = await panel.timeLeft();
  assert.equal(secondsOf(before) - secondsOf(after), 1, 'the computer is set three hours ahead; a second went by');
  await page.clock.runFor(15 * 60_000);
  assert.equal(await panel.timeLeft(), 'expired');
  assert.match(await panel.expiry(), /has expired/);

  await panel.press('Refresh');
  await panel.says('generation 2');
  assert.match(await panel.timeLeft(), fresh);
  assert.equal(await panel.expiry(), '');
  await panel.choose('Refresh by itself, ahead of expiry');
  await page.clock.runFor(14 * 60_000 + 31_000);
  await panel.says('generation 3');
  assert.match(await panel.timeLeft(), fresh);
  await page.clock.resume();

  await playground.openTab('Refresh');
  await playground.fillPane({ input: { refreshToken: login.refreshToken } });
  assert.equal(codeOf(await playground.run()), 'INVALID_REFRESH_TOKEN');
  assert.match(await panel.lastError(), /INVALID_REFRESH_TOKEN, REUSED[^]*two parties held it/);
  assert.equal(await panel.who(), 'demo is signed out');
});

test('a session that lives for seconds is refreshed when the person says so', async (t) => {
  const { playground, panel, login } = await openSignedIn(t, { env: { DAYPASS_ACCESS_TOKEN_TTL: '1s' } });
  assert.equal(login.expiresIn, 1);
  await panel.says('expired');
  await panel.press('Refresh');
  await panel.says('generation 2');
  await playground.openTab('WhoAmI');
  assert.equal(dataOf(await playground.run()).me.username, 'demo');
});

test('a sign-in by cookie outlives a reload', async (t) => {
  // Within the grace a cookie rotates once only.
  const { origin, password, page, playground, panel } = await open(t, { env: { DAYPASS_REFRESH_GRACE: '0s' } });
  await panel.choose('COOKIE');
  await playground.fillPane({ username: 'demo', password });
  assert.equal(dataOf(await playground.run()).login.refreshToken, null);
  await panel.says('in a cookie that no script can read');
  await panel.press('Refresh');
  await panel.says('generation 2');

  await playground.open(origin);
  assert.equal(await panel.who(), 'Nobody is signed in');
  await panel.press('Resume from the cookie');
  await panel.says('demo is signed in');
  await panel.says('in a cookie that no script can read');
  await playground.openTab('Refresh');
  assert.equal(dataOf(await playground.run()).refreshToken.refreshToken, null);
  await panel.says('generation 4');
  assert.deepEqual(await keptByBrowser(page), { localStorage: 0, sessionStorage: 0, databases: 0, cookie: '' });

  await panel.press('Log out');
  await panel.says('demo is signed out');
  await panel.press('Resume from the cookie');
  await panel.says('There is no cookie with a refresh token here');
  assert.match(await panel.lastError(), /^BAD_USER_INPUT\s+There is no cookie with a refresh token here/);
});

test('nothing that was typed outlives a reload, and no sign-in without a cookie', async (t) => {
  const { origin, playground, panel } = await openSignedIn(t);

  await playground.open(origin);
  assert.deepEqual(await playground.tabNames(), steps);
  assert.deepEqual(JSON.parse(await playground.paneText()), { username: 'demo', password: '' });
  assert.equal(await panel.who(), 'Nobody is signed in');
});

test('who waits for the end of the session is told', async (t) => {
  const { origin, playground, panel, login } = await openSignedIn(t);
  await playground.openTab('Watch');
  await playground.listen();
  await playground.stopListening();
  await playground.listen();
  await logOutElsewhere(origin, login.refreshToken);
  await playground.seesAnswer({ data: { sessionEnded: { reason: 'LOGGED_OUT' } } });
  assert.match(await panel.who(), /^demo is signed out\s+LOGGED_OUT: It was logged out, in this tab or another/);

  await playground.listen();
  await panel.says('UNAUTHENTICATED');
});

test('a small window clips neither the walk nor the panel', async (t) => {
  const { page, password, playground, panel } = await open(t);
  for (const [width, height] of [[1280, 800], [1024, 768], [820, 1000], [390, 844]]) {
    await page.setViewportSize({ width, height });
    assert.ok(await panel.isLegendInside(), `the legend at ${width}`);
    for (const step of steps) {
      await playground.openTab(step);
      assert.ok(!(await playground.isQueryClipped()), `${step} at ${width}`);
    }
  }

  await page.setViewportSize({ width: 1024, height: 768 });
  await playground.openTab('LogIn');
  const input = `{ username: "demo", password: ${JSON.stringify(password)} }`;
  await playground.fillQuery(`mutation LogIn { login(input: ${input}) { accessToken } }`);
  await playground.fillPane({});
  dataOf(await playground.run());
  assert.match(await panel.who(), /^usr_\S+ is signed in$/, 'nobody asked for the name');
  assert.equal(await panel.roleLines(), 1);
});

test('the editors follow the system when it turns dark, unless a theme was chosen', async (t) => {
  const { page, playground } = await open(t);
  await playground.hasColours('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await playground.hasColours('dark');
  await playground.chooseTheme('Light');
  await playground.hasColours('light');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await playground.hasColours('light');
});

test('completion and the explorer know the schema', async (t) => {
  const { playground } = await openSignedIn(t);
  assert.ok((await playground.completionsOf('{ m')).includes('me'));
  assert.equal(await playground.notice.count(), 0);
  await playground.explore('me', 'username');
  assert.deepEqual(dataOf(await playground.run()), { me: { username: 'demo' } });
});

test('without introspection the page says so, and operations run', async (t) => {
  const { password, playground } = await open(t, { env: { DAYPASS_INTROSPECTION: 'false' } });
  assert.match(await playground.notice.innerText(), /schema could not be read/);
  await playground.fillPane({ username: 'demo', password });
  assert.equal(dataOf(await playground.run()).login.user.username, 'demo');
});

/** Opens the playground and logs in as `demo`. */
async function openSignedIn(t, options) {
  const opened = await open(t, options);
  await opened.playground.fillPane({ username: 'demo', password: opened.password });
  const { login } = dataOf(await opened.playground.run());
  return { ...opened, login };
}

/** Starts the program and opens its playground; afterwards nobody may have complained. */
async function open(t, { env, withClock } = {}) {
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
  if (withClock) {
    await browser.page.clock.install();
  }
  const playground = new PlaygroundPage(browser.page);
  await playground.open(daypass.origin);
  return { ...daypass, page: browser.page, playground, panel: new SessionPanel(browser.page) };
}

/** Ends a session as another tab would. */
async function logOutElsewhere(origin, refreshToken) {
  const query = 'mutation ($input: LogoutInput) { logout(input: $input) { success } }';
  await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ query, variables: { input: { refreshToken } } }),
  });
}

function claimsOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
}

function secondsOf(clock) {
  const [minutes, seconds] = clock.split(':').map(Number);
  return 60 * minutes + seconds;
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

/** Takes the picture of the README; the panel shows no token in full. */
async function keepScreenshot(page) {
  if (!process.env.KEEP_SCREENSHOT) {
    return;
  }
  await page.mouse.move(0, 0);
  await page.screenshot({
    path: fileURLToPath(new URL('../../../docs/images/playground.png', import.meta.url)),
    style: '.cursors-layer, .bracket-match, .scrollbar { visibility: hidden !important }',
  });
}
