import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const blankPage = '<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">';

/** Serves a blank page, and the client as `/daypass-client.js`. */
export async function servePages() {
  const script = await bundle('index.js');
  const server = createServer(({ url }, response) => {
    const [type, body] = url === '/daypass-client.js' ? ['text/javascript', script] : ['text/html', blankPage];
    response.setHeader('Content-Type', type).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin: `http://127.0.0.1:${server.address().port}`, close };
}

/** An entry point as a front end ships it: in one file, without what it takes from others. */
export async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../../dist/${entry}`, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    packages: 'external',
    write: false,
  });
  return outputFiles[0].contents;
}
