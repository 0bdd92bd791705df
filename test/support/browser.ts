import {
  type Browser,
  type BrowserContextOptions,
  chromium,
  type ConsoleMessage,
  type Page,
} from 'playwright-core';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { findAccessibilityFaults } from './axe.js';
import { programPath } from './programs.js';

/** A loaded machine needs long for what takes a moment elsewhere. */
const PATIENCE = 60_000;

const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  // Pages of tests are local; whatever else is asked for fails at once.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

/** Something that went wrong in a page. */
export interface PageFault {
  /**
   * `console`: an error in the console; Chromium also writes there that a request was
   * answered with 4xx or 5xx. `exception`: an error that no code caught. `policy`: what
   * the Content-Security-Policy forbids. `request`: a request without an answer.
   */
  readonly kind: 'console' | 'exception' | 'policy' | 'request';
  readonly text: string;
}

/** A page of a real Chromium, closed when the test ends. */
export interface BrowserPage {
  readonly page: Page;
  /** All that has gone wrong in the page so far. */
  readonly faults: readonly PageFault[];
  /** What axe-core finds in the page as it is now, a line for each fault. */
  accessibilityFaults(): Promise<string[]>;
}

/** How a page is opened: Playwright's options of a context, such as `colorScheme` and `viewport`. */
export type PageOptions = BrowserContextOptions;

/** Opens an empty page with a profile of its own. */
export type OpenPage = (options?: PageOptions) => Promise<BrowserPage>;

/** The path of Chromium; `undefined` if it is not installed. Under CI a missing one is a failure. */
export function chromiumPath(): string | undefined {
  return programPath('chromium', 'chromium-browser', 'google-chrome');
}

/** As `describe`, for tests that need Chromium: they are skipped where it is not installed. */
export function describeInBrowser(name: string, tests: () => void): void {
  describe.skipIf(chromiumPath() === undefined)(name, tests);
}

/**
 * Starts a Chromium before the first test of the file, or of the `describe` that calls
 * this, and stops it after the last.
 *
 * @param flags more flags of Chromium, e.g. `--blink-settings=defaultFontSize=32`.
 */
export function useBrowser(...flags: readonly string[]): OpenPage {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(flags);
  }, PATIENCE);
  afterAll(() => browser?.close(), PATIENCE);
  return async (options = {}) => {
    const opened = await openPage(browser, options);
    onTestFinished(() => opened.page.context().close(), PATIENCE);
    return opened;
  };
}

/** Starts a Chromium with an empty profile. The caller closes it. */
export function startBrowser(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath()!,
    args: [...FLAGS, ...flags],
    timeout: PATIENCE,
  });
}

/** Opens a page with a profile of its own. The caller closes its context, or the browser. */
export async function openPage(
  browser: Browser,
  options: PageOptions,
): Promise<BrowserPage> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  return {
    page,
    faults: await collectFaults(page),
    accessibilityFaults: () => findAccessibilityFaults(page),
  };
}

async function collectFaults(page: Page): Promise<readonly PageFault[]> {
  const faults: PageFault[] = [];
  const add = (kind: PageFault['kind'], text: string) =>
    faults.push({ kind, text });
  page.on('console', (message) => {
    if (message.type() === 'error') add('console', describeMessage(message));
  });
  page.on('pageerror', (error) => add('exception', String(error)));
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText ?? '';
    // Requests that the page itself takes back, or that end with it.
    if (reason === 'net::ERR_ABORTED') return;
    add('request', `${request.method()} ${request.url()}: ${reason}`);
  });
  await collectViolations(page, (text) => add('policy', text));
  return faults;
}

function describeMessage(message: ConsoleMessage): string {
  const { url } = message.location();
  return url === '' ? message.text() : `${message.text()} (${url})`;
}

/** Violations come from Chromium's own list of issues, so that the page has no listener of ours. */
async function collectViolations(
  page: Page,
  add: (text: string) => void,
): Promise<void> {
  const session = await page.context().newCDPSession(page);
  session.on('Audits.issueAdded', ({ issue }) => {
    const details = issue.details.contentSecurityPolicyIssueDetails;
    if (details === undefined) return;
    const what =
      details.blockedURL ?? details.contentSecurityPolicyViolationType;
    add(`${details.violatedDirective}: ${what}`);
  });
  await session.send('Audits.enable');
}
