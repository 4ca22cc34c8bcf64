/** The panel that says who is signed in, as a person sees and uses it. */
export class SessionPanel {
  #region;

  constructor(page) {
    this.#region = page.getByRole('region', { name: 'Session' });
  }

  /** Presses a button. */
  press(name) {
    return this.#region.getByRole('button', { name, exact: true }).click();
  }

  /** Sets a check box or a radio button. */
  choose(name) {
    return this.#region.getByLabel(name).check();
  }

  /** Waits until the panel has that text. */
  says(text) {
    return this.#region.getByText(text).first().waitFor();
  }

  who() {
    return this.#region.getByRole('status', { name: 'Who is signed in' }).innerText();
  }

  lastError() {
    return this.#region.getByRole('status', { name: 'Last error' }).innerText();
  }

  expiry() {
    return this.#region.getByRole('status', { name: 'Expiry' }).innerText();
  }

  /** What is left of the access token, as the panel shows it. */
  timeLeft() {
    return this.#region.getByRole('timer').innerText();
  }

  /** What the panel has beside a claim. */
  async claim(name) {
    const entry = this.#region.locator('dt', { hasText: new RegExp(`^${name}$`) });
    return entry.locator('xpath=following-sibling::dd').innerText();
  }

  /** In how many lines the badge stands that has the role. */
  roleLines() {
    return this.#region.locator('.session-role').evaluate((badge) => {
      const range = document.createRange();
      range.selectNodeContents(badge);
      return range.getClientRects().length;
    });
  }

  /** Whether the words over the choice of a delivery stand inside its border. */
  async isLegendInside() {
    const group = await this.#region.getByRole('group').boundingBox();
    const legend = await this.#region.locator('legend').boundingBox();
    return legend.y > group.y && legend.y + legend.height < group.y + group.height;
  }

  text() {
    return this.#region.innerText();
  }
}
