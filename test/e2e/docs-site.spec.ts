import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BASE } from '../../docs/.vitepress/repository.js';
import {
  type BrowserPage,
  describeInBrowser,
  type PageOptions,
  useBrowser,
} from '../support/browser.js';
import { waitFor } from '../support/http.js';
import { ROOT } from '../docs/markdown.js';

/** A build on a loaded machine. */
const BUILD_TIMEOUT = 400_000;

const HOME = '';
const GUIDE = 'guides/count-money.html';
const WIDE_TABLES = 'reference/metrics.html';
const DRAWINGS = 'explanations/how-it-works.html';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1440, height: 900 };

const VIEWS: readonly (readonly [string, PageOptions])[] = [
  ['a light phone', { viewport: PHONE, colorScheme: 'light' }],
  ['a dark phone', { viewport: PHONE, colorScheme: 'dark' }],
  ['a light desk', { viewport: DESK, colorScheme: 'light' }],
  ['a dark desk', { viewport: DESK, colorScheme: 'dark' }],
];

/** Words that readers search for, and the pages that they expect among the results. */
const SEARCHES = [
  ['kubernetes', ['guides/kubernetes', 'explanations/scaling']],
  ['cost', ['guides/count-money', 'reference/agents']],
  ['jest', ['reference/testing']],
] as const;

@Module({})
class EmptyModule {}

/** Builds the site as `npm run docs` does, into a folder of its own. Rejects with what is wrong, such as a dead link. */
async function build(folder: string): Promise<void> {
  const args = ['run', 'docs', '--', '--outDir', folder];
  await promisify(execFile)('npm', args, { cwd: ROOT, timeout: BUILD_TIMEOUT });
}

async function serve(folder: string): Promise<NestExpressApplication> {
  const app = await NestFactory.create<NestExpressApplication>(EmptyModule, {
    logger: false,
  });
  app.useStaticAssets(folder, { prefix: BASE });
  await app.listen(0, '127.0.0.1');
  return app;
}

describeInBrowser('the site of the docs', () => {
  const open = useBrowser();
  let folder: string;
  let app: NestExpressApplication;
  let site: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docs-site-'));
    await build(folder);
    app = await serve(folder);
    site = `${await app.getUrl()}${BASE}`;
  }, BUILD_TIMEOUT);

  afterAll(async () => {
    await app?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function show({ page }: BrowserPage, path: string): Promise<void> {
    await page.goto(`${site}${path}`);
    await page.locator('main h1').first().waitFor();
    // Buttons do nothing until Vue has mounted the page.
    await page.waitForFunction(
      'document.querySelector("#app").__vue_app__ !== undefined',
    );
  }

  test.each(VIEWS)(
    'the site of the docs has no fault on %s',
    async (_name, options) => {
      const opened = await open(options);
      for (const path of [HOME, GUIDE, WIDE_TABLES, DRAWINGS]) {
        await show(opened, path);
        expect(await opened.accessibilityFaults(), path).toEqual([]);
        expect(await isWiderThanScreen(opened.page), path).toBe(false);
        expect(opened.faults, path).toEqual([]);
      }
    },
  );

  test.each(SEARCHES)(
    'the search of the docs leads from %s to a page about it',
    async (word, expected) => {
      const opened = await open({ viewport: DESK });
      const { page, faults } = opened;
      await show(opened, HOME);
      await page.locator('#local-search button').click();
      await page.locator('#localsearch-input').fill(word);
      const first = page.locator('.results .result').first();
      await first.waitFor();
      const results = await resultsOf(page);
      for (const path of expected) expect(results.join('\n')).toContain(path);
      await first.click();
      await waitFor(
        async () => !(await page.locator('.results').isVisible()),
        'the page of the first result',
      );
      const text = await page.locator('main').innerText();
      expect(text.toLowerCase()).toContain(word);
      expect(faults).toEqual([]);
    },
  );

  test('the switch of the site shows the other file of a picture', async () => {
    const opened = await open({ viewport: DESK, colorScheme: 'light' });
    const { page } = opened;
    await show(opened, DRAWINGS);
    const light = page.locator('.picture .of-light').first();
    const dark = page.locator('.picture .of-dark').first();
    expect(await light.isVisible()).toBe(true);
    await page.locator('.VPNavBarAppearance button').click();
    await dark.waitFor();
    expect(await light.isVisible()).toBe(false);
  });
});

const isWiderThanScreen = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > innerWidth');

/** The paths of the results of a search, the best first. */
const resultsOf = (page: Page): Promise<string[]> =>
  page
    .locator('.results .result')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')!));
