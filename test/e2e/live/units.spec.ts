import { expect, onTestFinished, test } from 'vitest';
import { describeInBrowser, useBrowser } from '../../support/browser.js';
import { freePort, waitFor } from '../../support/http.js';
import { LivePage, plain, sampledAnew } from './live-page.js';
import { startSupportDesk, type SupportDesk } from './support-desk.js';

/** Keeps the texts that drawings write since the last time that they were asked for. */
const KEEP_TEXTS = `
  const { fillText } = CanvasRenderingContext2D.prototype;
  globalThis.texts = [];
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    globalThis.texts.push(text);
    return fillText.call(this, text, ...place);
  };`;

describeInBrowser('the units of the live page', () => {
  const open = useBrowser();

  async function started(history: number): Promise<SupportDesk> {
    const desk = await startSupportDesk({
      agents: ['Writer'],
      port: await freePort(),
      module: { live: { interval: 1000, history } },
    });
    onTestFinished(() => desk.close());
    return desk;
  }

  async function spend(desk: SupportDesk, amount: number, currency: string) {
    await desk.agent('Writer').run({});
    desk.metrics.recordInference({
      provider: 'acme',
      model: 'acme-1',
      agent: 'Writer',
      seconds: 1,
      usage: { inputTokens: 1, outputTokens: 1 },
      reportedCost: { amount, currency },
    });
    await sampledAnew(desk);
  }

  test('a currency without a sign stays at its number in a tile', async () => {
    const desk = await started(30);
    await spend(desk, 4.2, 'CHF');
    const live = new LivePage(await open(), `${desk.url}/metrics/live`);
    await live.show('#/');
    expect(await live.tile('Cost')).toMatch(/^CHF \S+\s*\/h$/);
    const tile = live.page.locator('.tile', { hasText: 'Cost' }).first();
    expect(await tile.locator('.big small').innerText()).toBe('/h');
  });

  test('the axis of a chart has the currency of its latest answer', async () => {
    const desk = await started(30);
    await spend(desk, 1, 'USD');
    const opened = await open();
    await opened.page.addInitScript(KEEP_TEXTS);
    const live = new LivePage(opened, `${desk.url}/metrics/live`);
    await live.show('#/');
    const drawn = async (sign: string) => {
      const texts = (await live.page.evaluate('texts.splice(0)')) as string[];
      return texts.some((text) => text.startsWith(sign));
    };
    await waitFor(() => drawn('$'), 'an axis in dollars', 60);
    await spend(desk, 50, 'EUR');
    await waitFor(() => drawn('€'), 'an axis in euros', 60);
  });

  test('a long history can be looked back at as a whole', async () => {
    const desk = await started(1440);
    await spend(desk, 1, 'USD');
    const live = new LivePage(
      await open({ viewport: { width: 390, height: 844 } }),
      `${desk.url}/metrics/live`,
    );
    await live.show('#/agents');
    const ranges = live.page.getByRole('combobox', { name: 'Time range' });
    const texts = await ranges.locator('option').allInnerTexts();
    expect(texts.map(plain)).toEqual([
      '5 min',
      '15 min',
      '30 min',
      '1 h',
      '4 h',
      '24 h',
    ]);
    await ranges.selectOption('1440');
    await live.page
      .getByText(/last 24.h/)
      .first()
      .waitFor();
    expect(
      await live.page.evaluate(
        'document.documentElement.scrollWidth - innerWidth',
      ),
    ).toBeLessThanOrEqual(0);
    expect(await live.opened.accessibilityFaults()).toEqual([]);
    expect(live.faults()).toEqual([]);
  });
});
