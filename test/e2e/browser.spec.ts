import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import {
  type BrowserPage,
  describeInBrowser,
  useBrowser,
} from '../support/browser.js';
import { freePort, listen, waitFor } from '../support/http.js';

/** As strict as a policy can be for a page with a script and a style sheet. */
const STRICT =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Serves these files under a strict policy until the test ends; gives the address. */
async function serve(files: Record<string, string>): Promise<string> {
  const types: Record<string, string> = { js: 'text/javascript' };
  const server = createServer((request, response) => {
    const body = files[request.url!];
    const type = types[request.url!.split('.')[1] ?? ''] ?? 'text/html';
    response.writeHead(body === undefined ? 404 : 200, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Security-Policy': STRICT,
    });
    response.end(body);
  });
  return `http://${await listen(server)}`;
}

const htmlOf = (body: string) =>
  `<!doctype html><html lang="en"><head><meta name="color-scheme" content="light dark"><title>Test</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script></head><body><main><h1>Test</h1>${body}</main></body></html>`;

describeInBrowser('a page of Chromium', () => {
  const open = useBrowser();

  async function openPage(
    body: string,
    script = '',
    options = {},
  ): Promise<BrowserPage> {
    const origin = await serve({ '/': htmlOf(body), '/page.js': script });
    const opened = await open(options);
    await opened.page.goto(origin);
    return opened;
  }

  /** Waits for a fault of this kind; gives its text. */
  const faultOf = ({ faults }: BrowserPage, wanted: string) =>
    waitFor(
      () => faults.find(({ kind }) => kind === wanted)?.text,
      `a fault of the kind "${wanted}"`,
    );

  test('a page without faults has none, under a strict policy with Trusted Types', async () => {
    const opened = await openPage(
      '<p id="text"></p><button>Go</button>',
      "document.getElementById('text').textContent = 'written by the script';",
    );

    const { page } = opened;
    await page.getByText('written by the script').waitFor();
    await page.getByRole('button', { name: 'Go' }).click();
    await page.waitForFunction('document.readyState === "complete"');
    expect(await page.evaluate('document.title')).toBe('Test');
    expect(await opened.accessibilityFaults()).toEqual([]);
    expect(opened.faults).toEqual([]);
  });

  test('a page lists errors that its script writes, and errors that no code catches', async () => {
    const opened = await openPage(
      '',
      "console.error('written'); throw new TypeError('thrown');",
    );

    expect(await faultOf(opened, 'console')).toContain('written (http://');
    expect(await faultOf(opened, 'exception')).toBe('TypeError: thrown');
  });

  test('a page lists what its policy forbids: inline code, styles and markup from text', async () => {
    const opened = await openPage(
      '<p style="color: red">red</p><script>document.title = "inline"</script>',
      "document.querySelector('p').innerHTML = '<b>bold</b>';",
    );

    await faultOf(opened, 'exception');
    const texts = opened.faults
      .filter(({ kind }) => kind === 'policy')
      .map(({ text }) => text.split(':')[0]);
    expect(texts.sort()).toEqual([
      'require-trusted-types-for',
      'script-src-elem',
      'style-src-attr',
    ]);
    expect(await opened.page.title()).toBe('Test');
  });

  test('a page lists requests that get no answer, and answers that report an error', async () => {
    const opened = await openPage('', "await fetch('/missing');");

    expect(await faultOf(opened, 'console')).toMatch(/404 .*\/missing\)$/);
    const closed = `http://127.0.0.1:${await freePort()}/`;
    await opened.page.goto(closed).catch(() => {});
    expect(await faultOf(opened, 'request')).toBe(
      `GET ${closed}: net::ERR_CONNECTION_REFUSED`,
    );
  });

  test('a page asks no other machine', async () => {
    const { page } = await open();

    await expect(page.goto('http://example.com/')).rejects.toThrow(
      'net::ERR_NAME_NOT_RESOLVED',
    );
  });

  test('a page with faults in its markup has them found by axe-core, and stays as it was', async () => {
    const opened = await openPage('<button></button><img src="data:,">');
    const before = await opened.page.content();

    const found = await opened.accessibilityFaults();

    expect(found.map((text) => text.split(':')[0])).toEqual([
      'button-name',
      'image-alt',
    ]);
    expect(await opened.page.content()).toBe(before);
    expect(await opened.page.evaluate('typeof axe')).toBe('undefined');
  });

  test('a page has the size and the theme that it is opened with, and a font for its text', async () => {
    const { page } = await openPage('<b>WWWW</b> <i>iiii</i>', '', {
      colorScheme: 'dark',
      viewport: { width: 360, height: 640 },
    });

    const width = async (element: string) =>
      (await page.locator(element).boundingBox())!.width;
    expect(await page.evaluate('innerWidth')).toBe(360);
    expect(
      await page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"),
    ).toBe(true);
    expect(await width('b')).toBeGreaterThan(await width('i'));
  });
});
