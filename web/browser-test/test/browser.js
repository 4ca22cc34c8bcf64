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
  // Cuts the network off below the pages: only this machine can be reached.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** Opens a browser that nobody has used before. */
export async function openBrowser() {
  const userDataDir = await mkdtemp(join(tmpdir(), 'daypass-chromium-'));
  const context = await chromium.launchPersistentContext(userDataDir, {
    executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
    args: flags,
    ignoreHTTPSErrors: true,
  });
  const close = async () => {
    await context.close();
    await rm(userDataDir, { recursive: true });
  };
  return { context, close };
}
