/** A tab with a front end in it. Its functions are those of the client there. */
export class Tab {
  page;

  constructor(page) {
    this.page = page;
  }

  /** Opens a page and makes a client in it. `options` are the client's. */
  static async open(context, origin, options) {
    const tab = new Tab(await context.newPage());
    await tab.load(origin, options);
    return tab;
  }

  async load(origin, options) {
    await this.page.goto(origin);
    await this.page.evaluate(openClient, options);
  }

  register(credentials) {
    return this.page.evaluate((credentials) => window.daypass.register(credentials), credentials);
  }

  login(credentials) {
    return this.page.evaluate((credentials) => window.daypass.login(credentials), credentials);
  }

  logout() {
    return this.page.evaluate(() => window.daypass.logout());
  }

  /** An access token; an error as its code. */
  token(refused) {
    return this.page.evaluate((refused) => window.daypass.getAccessToken({ refused }).catch(({ code }) => code), refused);
  }

  peek() {
    return this.page.evaluate(() => window.daypass.peekAccessToken());
  }

  state() {
    return this.page.evaluate(() => window.daypass.state);
  }

  /** All states that it was told of. */
  seen() {
    return this.page.evaluate(() => window.seen);
  }

  /** Waits until it is told of a status. */
  async becomes(status) {
    await this.page.waitForFunction((status) => window.daypass.state.status === status, status);
    return this.state();
  }

  /** Waits until it holds a token, without asking for one. */
  async holds(accessToken) {
    await this.page.waitForFunction((accessToken) => window.daypass.peekAccessToken() === accessToken, accessToken);
  }
}

/**
 * Runs in the page. `storage` is the name of one that browsers have; with `late`, it shows what other tabs write 30 ms
 * after somebody looked, as it does when tabs run in processes of their own and the machine is busy.
 */
async function openClient({ storage, late, ...options }) {
  const { createDaypass } = await import('/daypass-client.js');
  const read = () => window[storage].getItem('daypass');
  let shown = storage && read();
  let pending = false;
  const lateRead = () => {
    if (!pending && shown !== read()) {
      pending = true;
      setTimeout(() => {
        pending = false;
        shown = read();
      }, 30);
    }
    return shown;
  };
  const kept = storage && {
    get: late ? lateRead : read,
    set(value) {
      shown = value;
      window[storage].setItem('daypass', value);
    },
    remove() {
      shown = null;
      window[storage].removeItem('daypass');
    },
  };
  window.daypass = createDaypass({ timeout: 10, ...options, storage: kept });
  window.seen = [];
  window.daypass.subscribe((state) => window.seen.push(state));
}
