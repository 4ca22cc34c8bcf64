import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { buffer } from 'node:stream/consumers';

/** Stands before the program, notes what passes, and plays the tricks that networks play. */
export class Proxy {
  #program;
  #server;
  #tricks = [];
  /** The names of the operations that came, in order; '' for those that have none. */
  asked = [];
  /** The variables that came with them. */
  variables = [];
  /** When they came, in milliseconds. */
  times = [];

  constructor(program) {
    this.#program = program;
    this.#server = createServer((received, response) => this.#serve(received, response));
  }

  async listen() {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${this.#server.address().port}/graphql`;
  }

  /** How often an operation came. */
  count(operation) {
    return this.asked.filter((name) => name === operation).length;
  }

  /** Forgets what came so far. */
  forget() {
    this.asked = [];
    this.variables = [];
    this.times = [];
  }

  /**
   * Lets `trick` deal with the next request of an operation, and with no other. Resolves once it came there; `trick`
   * can `forward` it to the program, with other headers too, and then `answer`, `drop` the connection, or leave it
   * hanging.
   */
  next(operation, trick) {
    return new Promise((resolve) => this.#tricks.push({ operation, trick, resolve }));
  }

  /** Holds the next request of an operation back. `arrived` resolves when it is here; `open` lets it go on. */
  hold(operation) {
    let open;
    const opened = new Promise((resolve) => (open = resolve));
    const arrived = this.next(operation, async ({ forward, answer }) => {
      await opened;
      answer(await forward());
    });
    return { arrived, open };
  }

  close() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #serve(received, response) {
    const body = await buffer(received);
    const drop = () => response.destroy();
    const forward = (headers) => this.#forward(received, body, headers);
    const answer = ({ status, headers, body }) => response.writeHead(status, headers).end(body);
    try {
      const trick = received.method === 'POST' ? this.#note(JSON.parse(body)) : undefined;
      trick?.resolve();
      await (trick ? trick.trick({ forward, answer, drop }) : answer(await forward()));
    } catch {
      drop();
    }
  }

  #note({ query = '', variables }) {
    const name = query.match(/(?:mutation|query) (\w+)/)?.[1] ?? '';
    this.asked.push(name);
    this.variables.push(variables);
    this.times.push(performance.now());
    const index = this.#tricks.findIndex(({ operation }) => operation === name);
    return index < 0 ? undefined : this.#tricks.splice(index, 1)[0];
  }

  async #forward({ method, url, headers: came }, body, changed) {
    const headers = { ...came, ...changed };
    const { hostname, port } = new URL(this.#program.origin);
    const forwarded = request({ hostname, port, method, path: url, headers, agent: false }).end(body);
    const [answer] = await once(forwarded, 'response');
    return { status: answer.statusCode, headers: answer.rawHeaders, body: await buffer(answer) };
  }
}

/** A GraphQL response. */
export function graphQL(status, response) {
  return { status, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(response) };
}

/** What something between answers, which is no GraphQL. */
export function page(status, headers = {}) {
  return { status, headers: { 'Content-Type': 'text/html', ...headers }, body: `<h1>${status}</h1>` };
}
