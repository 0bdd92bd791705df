import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import {
  describeInBrowser,
  type PageOptions,
  useBrowser,
} from '../../support/browser.js';
import { LivePage } from './live-page.js';
import { useLoadedDesk } from './loaded-desk.js';

/** Where the pictures are; it is ignored by git. Those in the docs are of an app that ran for longer. */
const FOLDER = fileURLToPath(new URL('./pictures/', import.meta.url));

const LARGE = { width: 1440, height: 900 };

const PICTURES: readonly (readonly [string, string, PageOptions])[] = [
  ['overview-light', '#/', { viewport: LARGE, colorScheme: 'light' }],
  ['overview-dark', '#/', { viewport: LARGE, colorScheme: 'dark' }],
  ['overview-phone', '#/', { viewport: { width: 390, height: 844 } }],
  ['overview-wall', '#/', { viewport: { width: 2560, height: 1440 } }],
  ['agents', '#/agents', { viewport: LARGE }],
  ['agent-dark', '#/agents/Refunds', { viewport: LARGE, colorScheme: 'dark' }],
  ['models', '#/models', { viewport: LARGE }],
  ['http', '#/http', { viewport: LARGE }],
  ['metrics', '#/metrics/tframex_agent_duration_seconds', { viewport: LARGE }],
  ['system', '#/system', { viewport: LARGE }],
];

describeInBrowser('pictures of the live page', () => {
  const open = useBrowser();
  const desk = useLoadedDesk(30);

  beforeAll(() => void mkdirSync(FOLDER, { recursive: true }));

  test.each(PICTURES)(
    'the picture %s shows a view without an error',
    async (name, hash, options) => {
      const live = new LivePage(
        await open(options),
        `${desk().url}/metrics/live`,
      );
      await live.show(hash);
      const path = `${FOLDER}${name}.png`;
      const picture = await live.page.screenshot({ path, fullPage: true });
      expect(picture.length).toBeGreaterThan(10_000);
      expect(live.faults()).toEqual([]);
    },
  );
});
