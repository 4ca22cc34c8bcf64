const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1';

/** Talks to the program without a browser: an admin at work, a session on another device, a thief. */
export class Stranger {
  #origin;
  #headers = { 'Content-Type': 'application/json', 'User-Agent': phone };

  constructor(origin, { accessToken, cookie } = {}) {
    this.#origin = origin;
    if (accessToken) {
      this.#headers.Authorization = `Bearer ${accessToken}`;
    }
    if (cookie) {
      this.#headers.Cookie = cookie;
    }
  }

  /** Signs in on a device of its own. */
  static async signIn(origin, username, password) {
    const { data } = await new Stranger(origin).ask(
      'mutation ($input: LoginInput!) { login(input: $input) { accessToken user { id } session { id } } }',
      { input: { username, password } },
    );
    return Object.assign(new Stranger(origin, data.login), { user: data.login.user, session: data.login.session });
  }

  async ask(query, variables) {
    const { answer } = await this.#send(query, variables);
    return answer;
  }

  async setRole(userId, role) {
    await this.ask('mutation ($input: SetRoleInput!) { setRole(input: $input) { user { role } } }', { input: { userId, role } });
  }

  /** Ends every session of the account but its own. */
  async endOtherSessions() {
    const { data } = await this.ask('{ sessions { id current } }');
    for (const { id } of data.sessions.filter(({ current }) => !current)) {
      await this.ask('mutation ($id: ID!) { revokeSession(input: { sessionId: $id }) { revokedSessionId } }', { id });
    }
  }

  /** Waits until the access token is refused: the word of it takes up to a second. */
  async isRefused() {
    const deadline = Date.now() + 10_000;
    while ((await this.ask('{ me { id } }')).errors?.[0].extensions.code !== 'UNAUTHENTICATED') {
      if (Date.now() > deadline) {
        throw new Error('the access token is not refused');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Swaps the refresh token of its cookie for the next, which it goes on with. */
  async refresh() {
    const { answer, cookies } = await this.#send('mutation { refreshToken { user { username } } }');
    this.#headers.Cookie = cookies[0]?.split(';')[0];
    return answer;
  }

  async #send(query, variables) {
    const response = await fetch(`${this.#origin}/graphql`, {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify({ query, variables }),
    });
    return { answer: await response.json(), cookies: response.headers.getSetCookie() };
  }
}
