// A person in a browser: what they see and do, by role and accessible name. English names, unless `locale` says otherwise.
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { expect } from 'vitest';

// Alone on the machine: no sandbox for root, and no look-ups of hosts that are not there.
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
  // Chromium checks the certificate of a service worker by itself.
  '--ignore-certificate-errors'];
const PASSWORD = 'secret12';
/** What the browser reports when the server is away, as some tests want it to be. */
const EXPECTED = /net::ERR_CONNECTION_REFUSED|WebSocket connection to|Failed to load resource/;

export const openChromium = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({ executablePath: '/usr/bin/chromium', args: [...FLAGS, ...more] });

export class Visitor {
  /** Errors of the page that nothing in a test explains. */
  readonly faults: string[] = [];

  constructor(readonly page: Page) {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => this.faults.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error' && !EXPECTED.test(message.text())) this.faults.push(message.text());
    });
  }

  /** In a browser of their own, before the form. */
  static async arrive(browser: Browser, url: string, settings: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await browser.newContext({
      ignoreHTTPSErrors: true, locale: 'en-US', viewport: { width: 1100, height: 760 }, reducedMotion: 'reduce', ...settings,
    });
    const visitor = new Visitor(await context.newPage());
    await visitor.page.goto(url);
    return visitor;
  }

  static async inside(browser: Browser, url: string, name: string, settings?: BrowserContextOptions): Promise<Visitor> {
    const visitor = await Visitor.arrive(browser, url, settings);
    await visitor.enter(name);
    return visitor;
  }

  async fillIn(name: string, password = PASSWORD): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Name', exact: true }).fill(name);
    await this.page.getByRole('textbox', { name: 'Password', exact: true }).fill(password);
    await this.page.getByRole('button', { name: 'Enter', exact: true }).click();
  }

  /** In, and connected. */
  async enter(name: string): Promise<void> {
    await this.fillIn(name);
    await this.places.waitFor();
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }

  get places(): Locator { return this.page.getByRole('list', { name: 'Chats' }); }
  get log(): Locator { return this.page.getByRole('log'); }
  get composer(): Locator { return this.page.getByLabel(/^Message to /); }
  get bar(): Locator { return this.page.getByRole('status'); }

  place(title: string): Locator {
    return this.places.getByRole('link').filter({ has: this.page.getByText(title, { exact: true }) });
  }

  async open(title: string): Promise<void> {
    await this.place(title).click();
    await this.page.getByRole('log', { name: `Messages in ${title}` }).waitFor();
  }

  /** Finds somebody by name in the list's search, and opens the chat with them. */
  async find(name: string): Promise<void> {
    await this.page.getByRole('searchbox', { name: 'Search' }).or(this.page.getByRole('textbox', { name: 'Search' })).fill(name);
    await this.page.getByRole('complementary', { name: 'Chats and people' })
      .getByRole('button', { name }).or(this.place(name)).first().click();
    await this.page.getByRole('log', { name: `Messages in ${name}` }).waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  message(text: string): Locator {
    return this.log.getByRole('article').filter({ has: this.page.getByText(text, { exact: true }) });
  }

  async sees(text: string): Promise<void> {
    await this.message(text).waitFor();
  }

  async stored(text: string): Promise<void> {
    await this.message(text).getByRole('img', { name: 'Stored' }).waitFor();
  }

  /** Chooses from the menu at the top of the list. */
  async menu(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Menu', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Chooses from the menu at the top of the conversation. */
  async menuOf(item: string): Promise<void> {
    await this.page.getByRole('button', { name: 'More', exact: true }).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Chooses from the menu of a message. */
  async choose(text: string, item: string): Promise<void> {
    await this.page.getByText(text, { exact: true }).and(this.log.locator('*')).last().click({ button: 'right' });
    await this.page.getByRole('menuitem', { name: item, exact: true }).click();
  }

  /** All that the browser keeps in a part of its database. */
  kept(store: string): Promise<string> {
    return this.page.evaluate(async (name) => {
      const [{ name: database } = { name: '' }] = await indexedDB.databases();
      return await new Promise<string>((done, fail) => {
        const opening = indexedDB.open(database ?? '');
        opening.onerror = fail;
        opening.onsuccess = () => {
          const all = opening.result.transaction(name).objectStore(name).getAll();
          all.onsuccess = () => {
            opening.result.close();
            done(JSON.stringify(all.result));
          };
        };
      });
    }, store);
  }

  /** Texts in view, top to bottom, as far as they match. */
  async texts(pattern: RegExp): Promise<string[]> {
    const all = await this.log.getByRole('article').allInnerTexts();
    return all.flatMap((text) => text.match(pattern)?.[0] ?? []);
  }

  scrollTop(): Promise<number> {
    return this.log.evaluate((log) => log.scrollTop);
  }

  /** The message is the last one, at the end of the view, and stays there. */
  async isAtEnd(text: string): Promise<void> {
    await this.stays(async () => {
      if (await this.message(text).count() !== 1) return 'not there';
      return await this.log.evaluate((log) => log.scrollHeight - log.scrollTop - log.clientHeight);
    }, (rest) => typeof rest === 'number' && rest < 1);
  }

  /** The divider of what is new stands in the upper part of the view, and the message follows it. */
  async beginsAt(text: string): Promise<void> {
    await this.stays(() => this.log.evaluate((log, words) => {
      const divider = log.querySelector('[role=separator]')?.getBoundingClientRect();
      const view = log.getBoundingClientRect();
      const below = [...log.querySelectorAll('article')].find((item) => item.getBoundingClientRect().top >= (divider?.bottom ?? Infinity));
      return divider ? { divider: (divider.top - view.top) / view.height, follows: below?.textContent?.includes(words) } : 'no divider';
    }, text), (place) => typeof place === 'object' && place.divider >= 0 && place.divider < 0.5 && place.follows === true);
  }

  /** Waits until a measure is right, and then right in each of the next frames. */
  private async stays<T>(measure: () => Promise<T>, right: (value: T) => boolean): Promise<void> {
    await expect.poll(async () => {
      for (let frame = 0; frame < 5; frame += 1) {
        const value = await measure();
        if (!right(value)) return value;
        await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
      }
      return 'right';
    }, { timeout: 20_000 }).toBe('right');
  }
}
