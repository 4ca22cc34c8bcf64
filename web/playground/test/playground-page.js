const showTimeout = 10_000;

/** What a person sees and does in the playground. */
export class PlaygroundPage {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** Loads the page, and waits for its editor and until it has asked for the schema. */
  async open(origin) {
    const asked = this.#nextAnswer();
    await this.#page.goto(origin);
    await asked;
    await this.#page.getByRole('button', { name: /^Re-fetch GraphQL schema/, disabled: false }).waitFor();
    await this.#page.locator('.graphiql-query-editor .view-lines').waitFor();
  }

  tabNames() {
    return this.#page.getByRole('tab').allInnerTexts();
  }

  async openTab(name) {
    await this.#page.getByRole('tab').getByRole('button', { name, exact: true }).click();
    await this.#operationIsNamed();
  }

  /** Whether some of the query stands beyond the edge of its editor. */
  async isQueryClipped() {
    const editor = this.#page.locator('.graphiql-query-editor .monaco-scrollable-element').first();
    const edge = await rightOf(editor);
    const ends = await editor.locator('.view-line > span').evaluateAll((lines) =>
      lines.map((line) => line.getBoundingClientRect().right),
    );
    return ends.length === 0 || ends.some((end) => end > edge + 1);
  }

  /** Waits until the query and the answer have the colours of a scheme, as the styles around them do. */
  async hasColours(scheme) {
    const theme = { light: 'vs', dark: 'vs-dark' }[scheme];
    for (const place of ['.graphiql-query-editor', '.graphiql-response']) {
      await this.#page.locator(`${place} .monaco-editor.${theme}`).waitFor({ timeout: showTimeout });
    }
  }

  /** Chooses a theme in the settings. */
  async chooseTheme(name) {
    await this.#page.getByRole('button', { name: 'Open settings dialog' }).click();
    await this.#page.getByRole('dialog').getByRole('button', { name, exact: true }).click();
    await this.#page.keyboard.press('Escape');
  }

  /** Waits until the pane under the query is the one of that name: Variables or Headers. */
  seesPane(name) {
    return this.#page.locator(`.graphiql-editor-tool[aria-label="${name}"]`).waitFor({ timeout: showTimeout });
  }

  /** The text in the pane under the query. */
  paneText() {
    return textOf(this.#pane());
  }

  /** Puts a value into the pane under the query by pasting over everything in it. */
  async fillPane(value) {
    await this.#pasteOver(this.#pane(), JSON.stringify(value, null, 2));
    await untilShown(this.#pane(), value);
  }

  /** Puts an operation into the editor in the same way. */
  async fillQuery(query) {
    await this.#pasteOver(this.#page.locator('.graphiql-query-editor'), query);
    await this.#operationIsNamed();
  }

  /** Presses the run button, and returns the answer once the result pane shows it. */
  run() {
    return this.#answerTo(() => this.#page.getByRole('button', { name: /^Execute query/ }).click());
  }

  /** The same from the keyboard. */
  runWithKeys() {
    return this.#answerTo(() => this.#page.keyboard.press('Control+Enter'));
  }

  /** Presses the run button for a subscription, and waits until the server listens. */
  async listen() {
    const opened = this.#page.waitForResponse((response) => response.headers()['content-type'] === 'text/event-stream');
    await this.#page.getByRole('button', { name: /^Execute query/ }).click();
    await opened;
  }

  /** Presses the stop button, and waits until the connection of the subscription is cut. */
  async stopListening() {
    const cut = this.#page.waitForEvent('requestfailed');
    await this.#page.getByRole('button', { name: /^Stop query/ }).click();
    await cut;
  }

  /** Waits until the result pane shows an answer. */
  seesAnswer(answer) {
    return untilShown(this.#page.locator('.result-window'), answer);
  }

  /** Opens the pane of that name under the query. */
  async openPane(name) {
    await this.#page.getByRole('button', { name, exact: true }).click();
    await this.seesPane(name);
  }

  /** Opens a new tab and clicks on fields in the explorer, each inside the one before. */
  async explore(...fields) {
    await this.#page.getByRole('button', { name: 'New tab' }).click();
    await this.#page.getByRole('button', { name: 'Show GraphiQL Explorer' }).click();
    let place = this.#page.locator('.docExplorerWrap');
    for (const field of fields) {
      place = place.locator(`.graphiql-explorer-${field}`);
      await place.locator(`[data-field-name="${field}"]`).first().click();
    }
    await this.#operationIsNamed();
  }

  /** Types into a new tab and returns what completion offers. */
  async completionsOf(query) {
    await this.#page.getByRole('button', { name: 'New tab' }).click();
    await this.#page.locator('.graphiql-query-editor .view-lines').click();
    await this.#page.keyboard.type(query);
    const offers = this.#page.locator('.suggest-widget.visible .monaco-list-row .label-name');
    await offers.first().waitFor();
    return offers.allInnerTexts();
  }

  /** What the page says about a schema that could not be read. */
  get notice() {
    return this.#page.locator('.schema-notice');
  }

  async #pasteOver(editor, text) {
    await editor.locator('.view-lines').click();
    await this.#page.keyboard.press('Control+A');
    await this.#page.evaluate((copied) => navigator.clipboard.writeText(copied), text);
    await this.#page.keyboard.press('Control+V');
  }

  #pane() {
    return this.#page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden)');
  }

  /**
   * GraphiQL takes the new operation's name over by a timer of 100 ms, which only a robot outruns. A later and longer timer
   * in the same page ends after it, however slow the machine.
   */
  #operationIsNamed() {
    return this.#page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 150)));
  }

  async #answerTo(press) {
    const answered = this.#nextAnswer();
    await press();
    const answer = await answered;
    await untilShown(this.#page.locator('.result-window'), answer);
    return answer;
  }

  async #nextAnswer() {
    const response = await this.#page.waitForResponse((candidate) => new URL(candidate.url()).pathname === '/graphql');
    return response.json();
  }
}

/** Waits until an editor shows a value, however it indents it. */
async function untilShown(editor, value) {
  const wanted = withoutSpace(JSON.stringify(value));
  const deadline = Date.now() + showTimeout;
  let shown;
  do {
    shown = await textOf(editor);
    if (withoutSpace(shown) === wanted) {
      return;
    }
    await editor.page().waitForTimeout(20);
  } while (Date.now() < deadline);
  throw new Error(`the editor shows ${shown}`);
}

function rightOf(element) {
  return element.evaluate((node) => node.getBoundingClientRect().right);
}

function withoutSpace(text) {
  return text.replaceAll(/\s/g, '');
}

/** The text that an editor shows. It places its lines by their position, in any order, and breaks long ones. */
function textOf(editor) {
  return editor.locator('.view-line').evaluateAll((lines) =>
    lines
      .sort((a, b) => Number.parseFloat(a.style.top) - Number.parseFloat(b.style.top))
      .map((line) => line.textContent.replaceAll('\u00a0', ' '))
      .join(''),
  );
}
