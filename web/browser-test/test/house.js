import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import { createServer as createTLSServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { startDaypass } from '../../playground/test/daypass.js';

const blankPage = '<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">';

/**
 * Starts the program behind a proxy, and pages of three origins: `allowed` is on the list of the program; `sibling` is not,
 * though browsers count it to the same site and add the cookie to its requests; `stranger` is of another site. What `env`
 * makes of these origins are more settings.
 */
export async function openHouse(program, { tls, env = () => ({}) }) {
  const certificate = tls ? await newCertificate() : undefined;
  const servers = [];
  const serve = async (handler, host) => {
    const server = tls ? createTLSServer(certificate, handler) : createServer(handler);
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return `${tls ? 'https' : 'http'}://${host}:${server.address().port}`;
  };
  const page = (_, response) => response.setHeader('Content-Type', 'text/html').end(blankPage);
  const allowed = await serve(page, '127.0.0.1');
  const sibling = await serve(page, '127.0.0.1');
  const stranger = await serve(page, 'localhost');

  const daypass = await startDaypass(program, {
    DAYPASS_ALLOWED_ORIGINS: allowed,
    DAYPASS_COOKIE_SECURE: String(tls),
    ...env({ stranger }),
  });
  const proxy = new Proxy(daypass.origin);
  const own = await serve((received, response) => proxy.pass(received, response), '127.0.0.1');

  const close = async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await daypass.stop();
  };
  return { allowed, sibling, stranger, own, api: `${own}/graphql`, password: daypass.password, proxy, close };
}

/** Stands before the program as whatever ends TLS does. It notes what it passes on, and can hold requests back. */
class Proxy {
  #origin;
  #gates = [];
  #waiting = [];
  /** Method, origin and status of each request that it has passed on, and whether the answer is a stream of events. */
  passed = [];

  constructor(origin) {
    this.#origin = new URL(origin);
  }

  /**
   * Holds back the next POST requests, so many of them. `arrived` resolves once they are all here; `open` lets them go on.
   */
  hold(count) {
    const gate = { missing: count };
    gate.arrived = new Promise((resolve) => (gate.full = resolve));
    gate.opened = new Promise((resolve) => (gate.open = resolve));
    this.#gates.push(gate);
    return gate;
  }

  /** Resolves once so many streams have been opened. */
  async streams(count) {
    while (this.passed.filter(({ stream }) => stream).length < count) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  async pass(received, response) {
    const gate = received.method === 'POST' && this.#gates[0];
    if (gate) {
      gate.missing -= 1;
      if (gate.missing === 0) {
        this.#gates.shift();
        gate.full();
      }
      await gate.opened;
    }
    const { method, url: path, headers } = received;
    const forwarded = request({ host: this.#origin.hostname, port: this.#origin.port, method, path, headers });
    forwarded.on('response', (answer) => {
      const stream = answer.headers['content-type'] === 'text/event-stream';
      this.passed.push({ method, origin: headers.origin, cookie: headers.cookie !== undefined, status: answer.statusCode, stream });
      this.#waiting.splice(0).forEach((notice) => notice());
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
    });
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    received.pipe(forwarded);
  }
}

/** Makes a certificate that is good for this run. */
async function newCertificate() {
  const folder = await mkdtemp(join(tmpdir(), 'daypass-certificate-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  try {
    const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1';
    const options = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc', '-days', '1', '-subj', '/CN=localhost'];
    await promisify(execFile)('openssl', ['req', '-x509', ...options, '-addext', names, '-keyout', key, '-out', cert]);
    return { key: await readFile(key), cert: await readFile(cert) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
