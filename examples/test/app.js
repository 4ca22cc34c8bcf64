import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { Door } from './door.js';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };

/**
 * Builds an example and serves it as it would be served in production, under a strict policy; with the `mode` development it has
 * React's checks in it. Daypass, to which `door` leads, is on the page's own origin or, with `crossOrigin`, on another one, which
 * the build is told.
 */
export async function serveApp(name, { crossOrigin, mode = 'production' }) {
  const folder = fileURLToPath(new URL(`../${name}`, import.meta.url));
  const door = new Door();
  const api = crossOrigin ? await listen((received, response) => door.pass(received, response)) : undefined;
  const policy = [
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    `connect-src ${api?.origin ?? "'self'"}`,
  ].join('; ');

  const site = await listen(async (received, response) => {
    if (received.url === '/graphql') {
      await door.pass(received, response);
      return;
    }
    const path = join(folder, 'dist', mode, received.url === '/' ? 'index.html' : received.url);
    response.setHeader('Content-Security-Policy', policy).setHeader('Content-Type', types[extname(path)] ?? 'text/plain');
    response.end(await readFile(path));
  });
  await promisify(execFile)('npm', ['run', 'build', '--', '--mode', mode, '--outDir', `dist/${mode}`], {
    cwd: folder,
    env: { ...process.env, NODE_ENV: mode, ...(api && { VITE_DAYPASS_URL: `${api.origin}/graphql` }) },
  });

  const close = () => [site, api].forEach((server) => server?.close());
  return { name, door, origin: site.origin, origins: [site.origin, ...(api ? [api.origin] : [])], crossOrigin, close };
}

async function listen(handler) {
  const server = createServer(handler).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}
