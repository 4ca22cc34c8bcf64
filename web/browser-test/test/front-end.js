/** A front end in a page: it holds the access token in a variable, and leaves the refresh token to the browser. */
export class FrontEnd {
  #page;
  #api;
  #password;

  constructor(page, api, password) {
    this.#page = page;
    this.#api = api;
    this.#password = password;
  }

  /** Opens a tab on a page of the origin. */
  static async open(context, origin, { api, password }) {
    const page = await context.newPage();
    await page.goto(origin);
    return new FrontEnd(page, api, password);
  }

  login() {
    const input = `{username: "demo", password: "${this.#password}", tokenDelivery: COOKIE}`;
    return this.ask(`mutation { login(input: ${input}) { accessToken refreshToken user { username } session { id } } }`);
  }

  refresh() {
    return this.ask('mutation { refreshToken { accessToken refreshToken user { username } session { id } } }');
  }

  logout() {
    return this.ask('mutation { logout { success } }');
  }

  me(accessToken) {
    return this.ask('{ me { username } }', accessToken);
  }

  reload() {
    return this.#page.reload();
  }

  /** Everything about cookies that a script can see. */
  visibleCookies() {
    return this.#page.evaluate(() => document.cookie);
  }

  /** Sends an operation as every GraphQL client does. An answer that the browser keeps back is `{ blocked: true }`. */
  ask(query, accessToken) {
    return this.#page.evaluate(
      async ({ api, query, accessToken }) => {
        const headers = { 'Content-Type': 'application/json' };
        if (accessToken) {
          headers.Authorization = `Bearer ${accessToken}`;
        }
        try {
          const answer = await fetch(api, { method: 'POST', credentials: 'include', headers, body: JSON.stringify({ query }) });
          return { ...(await answer.json()), requestId: answer.headers.get('X-Request-Id') };
        } catch {
          return { blocked: true };
        }
      },
      { api: this.#api, query, accessToken },
    );
  }
}

/** What a refresh token or an access token claims. */
export function claimsOf(jwt) {
  return JSON.parse(Buffer.from(jwt.split('.')[1], 'base64url').toString());
}
