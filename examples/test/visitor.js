/** Somebody with a tab of an app open: what they do, and what they see. */
export class Visitor {
  constructor(page) {
    this.page = page;
  }

  static async visit(context, app) {
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    await page.goto(app.origin);
    return new Visitor(page);
  }

  async signIn(username, password, button = 'Sign in') {
    await this.page.getByLabel('Username').fill(username);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: button }).click();
  }

  async signOut() {
    await this.page.getByRole('button', { name: 'Sign out' }).click();
  }

  /** Has all four panels ask again. */
  async askAgain() {
    await this.page.getByRole('button', { name: 'Ask again' }).click();
  }

  /** Waits until the page is that of the user, and all four panels have answers. */
  async sees(username) {
    await this.page.getByRole('banner').getByText(`Signed in as ${username}`).waitFor();
    await this.panel('You').getByText(username, { exact: true }).waitFor();
    await this.panel('Your sessions').getByText('this device').waitFor();
    await this.panel('Lately').getByRole('listitem').first().waitFor();
    await this.panel('How it began').getByRole('listitem').first().waitFor();
  }

  panel(name) {
    return this.page.locator('section').filter({ has: this.page.getByRole('heading', { name, exact: true }) });
  }

  /** Waits for the form to sign in, and returns what is said above it. */
  async seesForm() {
    await this.page.getByLabel('Password').waitFor();
    return this.alerts();
  }

  /** What is said about an input. */
  async describes(label) {
    const id = await this.page.getByLabel(label).getAttribute('aria-describedby');
    return this.page.locator(`[id="${id}"]`).innerText();
  }

  alerts() {
    return this.page.getByRole('alert').allInnerTexts();
  }

  /** Waits until so many alerts are shown, and returns them. */
  async seesAlerts(count) {
    await this.page.getByRole('alert').nth(count - 1).waitFor();
    return this.alerts();
  }
}
