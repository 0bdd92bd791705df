import { expect, test } from 'vitest';
import { describeInBrowser, useBrowser } from '../../support/browser.js';
import { waitFor } from '../../support/http.js';
import { LivePage, VIEWS } from './live-page.js';
import { useLoadedDesk } from './loaded-desk.js';
import { HOSTILE } from './load.js';

/** How many pixels of the page are out of sight at its side. */
const OUT_OF_SIGHT = 'document.documentElement.scrollWidth - innerWidth';

const PHONE = { width: 360, height: 640 };

describeInBrowser('the live page on screens of all sizes', () => {
  const open = useBrowser();
  /** That of a reader who has doubled the size of texts. */
  const openLarge = useBrowser('--blink-settings=defaultFontSize=32');
  const desk = useLoadedDesk(5, HOSTILE);

  async function openOverview(viewport: typeof PHONE, by = open) {
    const address = `${desk().url}/metrics/live`;
    const live = new LivePage(await by({ viewport }), address);
    await live.show('#/');
    return live;
  }

  /** No view has to be scrolled sideways, and all can be reached. */
  async function expectInSight(live: LivePage, width: number) {
    for (const [hash] of VIEWS) {
      await live.show(hash);
      await live.settled();
      expect(await live.page.evaluate(OUT_OF_SIGHT), hash).toBeLessThanOrEqual(
        0,
      );
    }
    const links = live.page.getByRole('navigation').getByRole('link');
    expect(await links.count()).toBe(6);
    for (const link of await links.all()) {
      const { x, width: own } = (await link.boundingBox())!;
      expect(x + own).toBeLessThanOrEqual(width);
    }
  }

  test('a phone of 360 px shows no view by scrolling sideways, and links to all', async () => {
    await expectInSight(await openOverview(PHONE), PHONE.width);
  });

  test('a laptop with texts of twice the size shows no view by scrolling sideways', async () => {
    const viewport = { width: 1280, height: 800 };
    const live = await openOverview(viewport, openLarge);
    const size = 'getComputedStyle(document.documentElement).fontSize';
    expect(await live.page.evaluate(size)).toBe('32px');
    await expectInSight(live, viewport.width);
  });

  test('a phone shows a short overview, and more charts on request', async () => {
    const live = await openOverview(PHONE);
    expect(await live.page.locator('.lanes li').count()).toBe(4);
    const charts = live.page.locator('.grid > .panel');
    expect(await charts.count()).toBe(2);
    await live.page.getByRole('button', { name: /^More charts/ }).click();
    await waitFor(async () => (await charts.count()) === 6, 'all charts');
  });
});
