import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { usersTopology } from '../../../topology/users.js';
import { PageFixture } from './page-fixture.js';

const CHROMIUM = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser'].find(existsSync);
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export const DESCRIPTION = usersTopology({ windowSize: '60s', windowGrace: '10s' }).describe();

/** The live page in a browser, and the server that it comes from. */
export interface LivePage {
  readonly fixture: PageFixture;
  readonly page: Page;
  /** What the console said, exceptions, and requests to other places than the fixture. */
  readonly complaints: readonly string[];
  open(options?: BrowserContextOptions): Promise<void>;
  /** Resolves when the page says that its connection is in this state. */
  connection(state: string): Promise<void>;
  /** Resolves when an element that the selector finds has the text. */
  shown(selector: string, text: string | RegExp): Promise<void>;
  problem(text: string | RegExp): Locator;
  noComplaints(): void;
}

/** Each test has a fixture and a page of its own. The tests are skipped where no browser is found. */
export function describeLivePage(title: string, tests: (live: LivePage) => void): void {
  describe(title, function () {
    this.timeout(60_000);
    if (CHROMIUM === undefined) {
      it.skip('skipped: no chromium is found; CHROMIUM may name one');
      return;
    }
    const live = new BrowserPage();
    before(() => live.launch(CHROMIUM));
    after(() => live.quit());
    beforeEach(() => live.startFixture());
    afterEach(() => live.close());
    tests(live);
  });
}

class BrowserPage implements LivePage {
  complaints: string[] = [];
  #browser: Browser | undefined;
  #fixture: PageFixture | undefined;
  #page: Page | undefined;

  get fixture(): PageFixture {
    assert.ok(this.#fixture !== undefined);
    return this.#fixture;
  }

  get page(): Page {
    assert.ok(this.#page !== undefined, 'the page is not open');
    return this.#page;
  }

  async launch(executablePath: string): Promise<void> {
    this.#browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  }

  async quit(): Promise<void> {
    await this.#browser?.close();
  }

  async startFixture(): Promise<void> {
    this.#fixture = await PageFixture.start();
    this.complaints = [];
  }

  async close(): Promise<void> {
    await this.#page?.context().close();
    await this.#fixture?.stop();
  }

  async open(options: BrowserContextOptions = {}): Promise<void> {
    assert.ok(this.#browser !== undefined);
    const { origin } = this.fixture;
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    const page = await context.newPage();
    this.#page = page;
    page.setDefaultTimeout(15_000);
    // Chromium breaks off what it loads when an interface comes or goes, as where containers start: Node fetches the files
    // for it. The event stream reconnects.
    await context.route(
      url => url.origin === origin && url.pathname !== '/events',
      async route => route.fulfill({ response: await route.fetch() }),
    );
    page.on('console', message => {
      const counts = ['error', 'warning'].includes(message.type()) && !message.text().includes('ERR_NETWORK_CHANGED');
      if (counts) this.complaints.push(message.text());
    });
    page.on('pageerror', error => this.complaints.push(String(error)));
    page.on('request', request => {
      if (new URL(request.url()).origin !== origin) this.complaints.push(`a request to ${request.url()}`);
    });
    await page.goto(origin);
  }

  connection(state: string): Promise<void> {
    return this.page.locator(`#connection[data-state="${state}"]`).waitFor();
  }

  shown(selector: string, text: string | RegExp): Promise<void> {
    return this.page.locator(selector).filter({ hasText: text }).first().waitFor();
  }

  problem(text: string | RegExp): Locator {
    return this.page.locator('.problem').filter({ hasText: text });
  }

  noComplaints(): void {
    assert.deepEqual(this.complaints, []);
  }
}
