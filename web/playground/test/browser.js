import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { chromium } from 'playwright-core';

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Cuts the network off below the page, too: no name resolves, and only this machine can be reached.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

/**
 * Opens a browser that reaches one origin only. `complaints` collects what a page must not do: requests to elsewhere,
 * breaches of the Content-Security-Policy, words in the console.
 */
export async function openBrowser(origin) {
  const userDataDir = await mkdtemp(join(tmpdir(), 'daypass-chromium-'));
  const context = await chromium.launchPersistentContext(userDataDir, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: flags,
    permissions: ['clipboard-read', 'clipboard-write'],
    viewport: { width: 1440, height: 900 },
  });

  const complaints = [];
  await context.route(
    (url) => url.origin !== origin,
    (route) => {
      complaints.push(`request to ${route.request().url()}`);
      return route.abort();
    },
  );
  await context.exposeFunction('reportViolation', (what) => complaints.push(`policy breach: ${what}`));
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.reportViolation(`${event.effectiveDirective} ${event.blockedURI}`);
    });
  });
  context.on('console', (message) => complaints.push(`console: ${message.text().slice(0, 300)}`));
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error()}`));

  const close = async () => {
    await context.close();
    await rm(userDataDir, { recursive: true });
  };
  return { page: context.pages()[0], complaints, close };
}
