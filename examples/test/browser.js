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
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
];

export function launchBrowser() {
  return chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: flags });
}

/**
 * Opens a profile that nobody has used before, whose clock can be moved. `complaints` collects what a page must not do:
 * requests to other origins, breaches of the Content-Security-Policy, errors in the console.
 */
export async function openProfile(browser, origins) {
  const context = await browser.newContext({
    viewport: { width: 1000, height: 640 },
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36',
    locale: 'en-GB',
    timezoneId: 'UTC',
  });
  const complaints = [];
  await context.route(
    (url) => !origins.includes(url.origin),
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
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) {
      complaints.push(`console: ${message.text().slice(0, 300)}`);
    }
  });
  context.on('weberror', (error) => complaints.push(`uncaught: ${error.error()}`));
  await context.clock.install();
  return { context, complaints };
}
