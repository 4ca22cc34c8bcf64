import { request } from 'node:http';

import { Kind, parse } from 'graphql';

/** Stands before the program as a proxy does. It notes each operation that it passes on, and can be shut. */
export class Door {
  #origin;
  #notes = [];
  #waiting = [];
  /** The access token that was sent last. */
  accessToken;
  /** A door that is shut drops what comes. */
  shut = false;

  /** Passes everything on to the program at this origin from now on. */
  leadTo(origin) {
    this.#origin = new URL(origin);
    this.#notes = [];
    this.shut = false;
  }

  /** The operations since the last call, as [root field, code or undefined], in the order of their answers. */
  takeNotes() {
    const notes = this.#notes;
    this.#notes = [];
    return notes;
  }

  /** Resolves once so many operations have been noted. */
  async hasPassed(count) {
    while (this.#notes.length < count) {
      await new Promise((resolve) => this.#waiting.push(resolve));
    }
  }

  async pass(received, response) {
    if (this.shut) {
      received.socket.destroy();
      return;
    }
    const sent = await read(received);
    const { method, url: path, headers } = received;
    this.accessToken = headers.authorization?.replace('Bearer ', '') ?? this.accessToken;
    const forwarded = request({ host: this.#origin.hostname, port: this.#origin.port, method, path, headers });
    forwarded.on('error', () => response.destroy());
    forwarded.on('response', async (answer) => {
      const body = await read(answer);
      if (method === 'POST') {
        this.#notes.push([rootField(sent), code(body)]);
        this.#waiting.splice(0).forEach((resolve) => resolve());
      }
      response.writeHead(answer.statusCode, answer.rawHeaders).end(body);
    });
    forwarded.end(sent);
  }
}

async function read(stream) {
  return Buffer.concat(await stream.toArray());
}

function rootField(sent) {
  const operation = parse(JSON.parse(sent).query).definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operation.selectionSet.selections[0].name.value;
}

function code(body) {
  return JSON.parse(body).errors?.[0].extensions.code;
}
