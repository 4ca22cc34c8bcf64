import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { buildDaypass, startDaypass } from '../../web/playground/test/daypass.js';
import { serveApp } from './app.js';
import { launchBrowser, openProfile } from './browser.js';
import { Stranger } from './stranger.js';
import { Visitor } from './visitor.js';

const apps = [
  { name: 'react-apollo', client: 'Apollo Client' },
  // Its page and Daypass are of two origins.
  { name: 'react-urql', client: 'urql', crossOrigin: true },
  { name: 'relay', client: 'Relay' },
];

/** So short that the tests really refresh; they move the clock of the pages past it. */
const accessTokenSeconds = 3;
const fourQueries = ['me', 'securityEvents', 'securityEvents', 'sessions'];

let build;
let browser;

before(async () => {
  [build, browser] = await Promise.all([buildDaypass(), launchBrowser()]);
});

after(async () => {
  await browser?.close();
  await build?.remove();
});

for (const { name, client, crossOrigin } of apps) {
  describe(name, () => {
    let app;

    before(async () => {
      app = await serveApp(name, { crossOrigin });
    });

    after(() => app?.close());

    test('a newcomer is told what is wrong, makes an account, and stays signed in over a reload', async (t) => {
      const { context, visitor } = await open(t, app);
      await visitor.page.getByRole('heading', { name: `Daypass with ${client}` }).waitFor();
      assert.deepEqual(await visitor.seesForm(), [], 'a first visit begins without a notice');
      await visitor.signIn('a', 'short', 'Create an account');
      await visitor.seesAlerts(1);
      for (const label of ['Username', 'Password']) {
        assert.equal(await visitor.page.getByLabel(label).getAttribute('aria-invalid'), 'true');
        assert.notEqual(await visitor.describes(label), '');
      }
      await visitor.signIn('ada', 'neither right nor short');
      assert.deepEqual(await visitor.seesAlerts(1), ['Unknown username or wrong password.']);

      await visitor.signIn('ada', 'neither right nor short', 'Create an account');
      await visitor.sees('ada');
      await visitor.page.reload();
      await visitor.sees('ada');
      assert.deepEqual(await keptInReachOfScripts(visitor.page), { localStorage: 0, sessionStorage: 0, databases: 0, cookie: '' });
      assert.ok((await context.cookies()).every(({ httpOnly }) => httpOnly));
    });

    test('four queries that find the access token expired make one refresh', async (t) => {
      const { context, visitor, daypass } = await open(t, app);
      await visitor.signIn('demo', daypass.password);
      await visitor.sees('demo');
      for (let round = 1; round <= 2; round++) {
        app.door.takeNotes();
        await context.clock.fastForward(1_000 * accessTokenSeconds);
        await visitor.askAgain();
        await untilQuiet(visitor.page, app, 5);
        assert.deepEqual(rootFields(app.door.takeNotes()), [...fourQueries, 'refreshToken'].sort());
        await visitor.sees('demo');
      }
    });

    test('four queries that are refused make one refresh, and are all answered', async (t) => {
      const { visitor, daypass } = await open(t, app, { DAYPASS_ACCESS_TOKEN_TTL: '15m' });
      const admin = await Stranger.signIn(daypass.origin, 'admin', daypass.adminPassword);
      const demo = await Stranger.signIn(daypass.origin, 'demo', daypass.password);
      await admin.setRole(demo.user.id, 'ADMIN');
      await visitor.signIn('demo', daypass.password);
      await visitor.panel('You').getByText('ADMIN').waitFor();
      await visitor.sees('demo');

      await admin.setRole(demo.user.id, 'USER');
      await new Stranger(daypass.origin, { accessToken: app.door.accessToken }).isRefused();
      app.door.takeNotes();
      await visitor.askAgain();
      await untilQuiet(visitor.page, app, 9);
      const notes = app.door.takeNotes();
      assert.deepEqual(rootFields(notes.filter(([, code]) => code === 'UNAUTHENTICATED')), fourQueries);
      assert.deepEqual(rootFields(notes.filter(([, code]) => code === undefined)), [...fourQueries, 'refreshToken'].sort());
      await visitor.panel('You').getByText('USER', { exact: true }).waitFor();
      await visitor.sees('demo');
    });

    test('two tabs make one refresh, and sign in and out together', async (t) => {
      const { context, visitor: one, daypass } = await open(t, app);
      await one.signIn('demo', daypass.password);
      await one.sees('demo');
      const other = await Visitor.visit(context, app);
      await other.sees('demo');
      app.door.takeNotes();
      await context.clock.fastForward(1_000 * accessTokenSeconds);
      await Promise.all([one.askAgain(), other.askAgain()]);
      await untilQuiet(one.page, app, 9);
      assert.deepEqual(rootFields(app.door.takeNotes()), [...fourQueries, ...fourQueries, 'refreshToken'].sort());

      await one.signOut();
      for (const tab of [one, other]) {
        assert.deepEqual(await tab.seesForm(), ['You are signed out.']);
      }
      await one.signIn('ada', 'another account', 'Create an account');
      for (const tab of [one, other]) {
        await tab.sees('ada');
        assert.equal(await tab.page.getByText('demo').count(), 0, 'nothing of the user before is left');
      }
    });

    test('a tab that finds itself with another user forgets the one before', async (t) => {
      const { context, visitor, daypass } = await open(t, app);
      await visitor.signIn('demo', daypass.password);
      const idle = await Visitor.visit(context, app);
      await idle.sees('demo');
      const input = `{ username: "admin", password: "${daypass.adminPassword}", tokenDelivery: COOKIE }`;
      await context.request.post(`${daypass.origin}/graphql`, { data: { query: `mutation { login(input: ${input}) { expiresIn } }` } });
      await context.clock.fastForward(1_000 * accessTokenSeconds);
      await visitor.askAgain();
      for (const tab of [visitor, idle]) {
        await tab.sees('admin');
        assert.equal(await tab.page.getByText('demo').count(), 0);
      }
    });

    test('who was robbed is told', async (t) => {
      // A grace would answer the thief's second refresh with the pair of the first.
      const { context, visitor, daypass } = await open(t, app, { DAYPASS_REFRESH_GRACE: '0s' });
      const phone = await Stranger.signIn(daypass.origin, 'demo', daypass.password);
      await visitor.signIn('demo', daypass.password);
      await visitor.sees('demo');
      const { name, value } = (await context.cookies()).find((cookie) => !cookie.name.endsWith('-device'));
      const thief = new Stranger(daypass.origin, { cookie: `${name}=${value}` });
      assert.equal((await thief.refresh()).data.refreshToken.user.username, 'demo');
      assert.equal((await thief.refresh()).data.refreshToken.user.username, 'demo');

      await context.clock.fastForward(1_000 * accessTokenSeconds);
      await visitor.askAgain();
      assert.match((await visitor.seesForm())[0], /^Somebody else may have used your session/);
      assert.equal((await thief.refresh()).errors[0].extensions.code, 'INVALID_REFRESH_TOKEN', 'the thief is out');
      await visitor.signIn('demo', daypass.password);
      await visitor.panel('Lately').getByText('Somebody else used a session; it was ended').waitFor();
      assert.equal((await phone.ask('{ me { username } }')).data.me.username, 'demo', 'other sessions live on');
      await visitor.sees('demo');
      await keepScreenshot(visitor.page, app);
    });

    test('sessions are ended here from elsewhere, and elsewhere from here', async (t) => {
      const { visitor, daypass } = await open(t, app);
      await visitor.signIn('demo', daypass.password);
      await visitor.sees('demo');
      const phone = await Stranger.signIn(daypass.origin, 'demo', daypass.password);
      await visitor.askAgain();
      const end = visitor.page.getByRole('button', { name: /^End the session on .* iPhone$/ });
      await end.click();
      await end.waitFor({ state: 'detached' });
      await visitor.panel('Lately').getByText('Session ended from another one').waitFor();
      await visitor.panel('Your sessions').getByText('this device').waitFor();
      await phone.isRefused();

      const laptop = await Stranger.signIn(daypass.origin, 'demo', daypass.password);
      await laptop.endOtherSessions();
      await new Stranger(daypass.origin, { accessToken: app.door.accessToken }).isRefused();
      await visitor.askAgain();
      assert.match((await visitor.seesForm())[0], /^Your session was ended, here or on another device/);
    });

    test('an outage signs nobody out', async (t) => {
      const { context, visitor, daypass, forgive } = await open(t, app);
      // The browser tells of lost requests, React of what an error boundary has caught.
      forgive(/net::ERR_(EMPTY_RESPONSE|CONNECTION_RESET)|Failed to fetch/);
      await visitor.signIn('demo', daypass.password);
      await visitor.sees('demo');
      app.door.shut = true;
      await visitor.askAgain();
      assert.deepEqual(new Set(await visitor.seesAlerts(4)), new Set(['The service cannot be reached. Try again in a moment.']));
      await visitor.page.reload();
      await context.clock.runFor(60_000);
      assert.deepEqual(await visitor.seesAlerts(1), ['The service does not answer. Try again in a moment.']);
      app.door.shut = false;
      await visitor.page.getByRole('button', { name: 'Try again' }).click();
      await visitor.sees('demo');
    });
  });
}

for (const app of apps) {
  test(`${app.name} in development: React does everything twice, the network does not go mad`, async (t) => {
    const served = await serveApp(app.name, { ...app, mode: 'development' });
    t.after(served.close);
    const { visitor, daypass } = await open(t, served);
    await visitor.signIn('demo', daypass.password);
    await visitor.sees('demo');
    served.door.takeNotes();
    await visitor.askAgain();
    await served.door.hasPassed(4);
    await visitor.sees('demo');
  });
}

/** Starts the program and opens the app in a browser; afterwards no page may have complained. */
async function open(t, app, env) {
  const daypass = await startDaypass(build.program, {
    DAYPASS_ACCESS_TOKEN_TTL: `${accessTokenSeconds}s`,
    DAYPASS_ALLOWED_ORIGINS: app.crossOrigin ? app.origin : '',
    ...env,
  });
  app.door.leadTo(daypass.origin);
  const { context, complaints } = await openProfile(browser, app.origins);
  let forgiven = /^$/;
  t.after(async () => {
    // Read before anything ends: what was still loading is then cut off, and complains.
    const grave = complaints.filter((complaint) => !forgiven.test(complaint));
    await context.close();
    await daypass.stop();
    assert.deepEqual(grave, []);
  });
  const visitor = await Visitor.visit(context, app);
  return { daypass, context, visitor, forgive: (pattern) => (forgiven = pattern) };
}

/** Waits until so many operations were answered, and the page shows that none is under way. */
async function untilQuiet(page, app, count) {
  await app.door.hasPassed(count);
  await page.getByText('One moment…').first().waitFor({ state: 'detached' });
}

function rootFields(notes) {
  return notes.map(([field]) => field).sort();
}

/** What the page left where scripts can read it. */
function keptInReachOfScripts(page) {
  return page.evaluate(async () => ({
    localStorage: localStorage.length,
    sessionStorage: sessionStorage.length,
    databases: (await indexedDB.databases()).length,
    cookie: document.cookie,
  }));
}

async function keepScreenshot(page, { name }) {
  if (process.env.KEEP_SCREENSHOT === name) {
    await page.screenshot({ path: fileURLToPath(new URL('../../docs/images/example.png', import.meta.url)), fullPage: true });
  }
}
