import { createDaypass } from '../../dist/index.js';
import { Program } from './program.js';
import { Proxy } from './proxy.js';

const manyPeople = { DAYPASS_MAX_REGISTRATIONS_PER_ADDRESS: '0' };

/** Stands before a program that runs already, until the test ends. */
export async function openHouse(t, program) {
  const proxy = new Proxy(program);
  t.after(() => proxy.close());
  return new House(t, program, proxy, await proxy.listen());
}

/** Starts a program for one test alone, to be killed or configured. */
export async function startProgram(t, binary, env) {
  const program = await Program.start(binary, { ...manyPeople, ...env });
  t.after(() => program.remove());
  return program;
}

/** Starts a program for many tests; `remove` ends it. */
export function startSharedProgram(binary, env) {
  return Program.start(binary, { ...manyPeople, ...env });
}

let people = 0;

class House {
  #t;
  program;
  proxy;
  /** The API, behind the proxy. */
  url;

  constructor(t, program, proxy, url) {
    this.#t = t;
    this.program = program;
    this.proxy = proxy;
    this.url = url;
  }

  /** A client outside of any browser, which ends with the test. */
  client(options) {
    const daypass = createDaypass({ url: this.url, delivery: 'BODY', timeout: 10, ...options });
    this.#t.after(() => daypass.close());
    return daypass;
  }

  credentials(username) {
    return { username, password: this.program.passwords[username] };
  }

  /** Name and password of nobody yet. */
  newcomer() {
    people += 1;
    return { username: `newcomer-${people}`, password: 'correct horse battery' };
  }

  /** Sends an operation past every client. */
  async ask(query, { accessToken, variables, cookie } = {}) {
    const response = await fetch(`${this.program.origin}/graphql`, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/json',
        ...(accessToken && { Authorization: `Bearer ${accessToken}` }),
        ...(cookie && { Cookie: cookie }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  }

  /**
   * Has every access token of a user refused, though its time is not over, by taking a role away. `renew` is to make
   * the client hold a token with the role in between.
   */
  async outdate(userId, renew) {
    const { accessToken } = (await this.#signInAsAdmin()).data.login;
    const setRole = async (role) => {
      const { errors } = await this.ask('mutation ($input: SetRoleInput!) { setRole(input: $input) { user { id } } }', {
        accessToken,
        variables: { input: { userId, role } },
      });
      if (errors) {
        throw new Error(errors[0].message);
      }
    };
    await setRole('ADMIN');
    await renew();
    await setRole('USER');
  }

  #signInAsAdmin() {
    const query = 'mutation ($input: LoginInput!) { login(input: $input) { accessToken } }';
    return this.ask(query, { variables: { input: this.credentials('admin') } });
  }
}
