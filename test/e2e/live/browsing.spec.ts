import { expect, test } from 'vitest';
import {
  describeInBrowser,
  type PageOptions,
  useBrowser,
} from '../../support/browser.js';
import { waitFor } from '../../support/http.js';
import { LivePage, plain, VIEWS } from './live-page.js';
import { useLoadedDesk } from './loaded-desk.js';
import { HOSTILE } from './load.js';

describeInBrowser('a reader of the live page', () => {
  const open = useBrowser();
  const desk = useLoadedDesk(20, HOSTILE);

  async function openView(hash: string, options: PageOptions = {}) {
    const live = new LivePage(
      await open(options),
      `${desk().url}/metrics/live`,
    );
    await live.show(hash);
    return live;
  }

  test.each(['light', 'dark'] as const)(
    'axe-core finds nothing in any view in the %s theme, and nothing breaks the policy',
    async (colorScheme) => {
      const live = await openView('#/', { colorScheme });
      for (const [hash, title] of VIEWS) {
        await live.show(hash);
        await live.settled();
        expect(plain(await live.page.locator('h1').innerText())).toBe(title);
        const theme = 'document.documentElement.dataset.theme';
        expect(await live.page.evaluate(theme)).toBe(colorScheme);
        expect(await live.opened.accessibilityFaults(), hash).toEqual([]);
      }
      expect(live.faults()).toEqual([]);
    },
  );

  test('links and keys lead to the views, and back', async () => {
    const { page } = await openView('#/');
    const title = async () => plain(await page.locator('h1').innerText());
    const titled = (text: string) =>
      waitFor(async () => (await title()) === text, text);
    await page.getByRole('link', { name: 'Agents', exact: true }).click();
    await titled('Agents');
    await page
      .getByRole('region', { name: 'Agents' })
      .getByRole('link', { name: 'Refunds', exact: true })
      .click();
    await titled('Refunds');
    for (const [index, [, text]] of VIEWS.filter(
      ([hash]) => !hash.includes('Refunds'),
    ).entries()) {
      await page.keyboard.press(String(index + 1));
      await titled(text);
    }
    await page.goBack();
    await page.goBack();
    await titled('HTTP and messages');
  });

  test('a table sorts by its columns, in both directions', async () => {
    const live = await openView('#/agents');
    const { page } = live;
    const head = page.getByRole('columnheader', {
      name: 'Calls',
      exact: true,
    });
    await head.getByRole('button').click();
    await waitFor(
      async () => (await head.getAttribute('aria-sort')) === 'descending',
      'the order',
    );
    const down = await live.rows('Agents');
    expect(down.slice(0, 4).sort()).toEqual([
      'Assistant',
      'Refunds',
      'Router',
      'Writer',
    ]);
    await head.getByRole('button').click();
    await waitFor(
      async () => (await head.getAttribute('aria-sort')) === 'ascending',
      'the order',
    );
    expect((await live.rows('Agents')).slice(-4).sort()).toEqual(
      down.slice(0, 4).sort(),
    );
  });

  test('the filter finds agents, and the key / leads to it', async () => {
    const live = await openView('#/agents');
    await live.page.keyboard.press('/');
    await live.page.keyboard.type('refu txt');
    await waitFor(
      async () => (await live.rows('Agents')).length === 1,
      'one row',
    );
    expect(await live.rows('Agents')).toEqual(['Refunds\\u202etxt.exe']);
    await live.page.keyboard.type(' nothing');
    await live.page.getByText('Nothing matches').waitFor();
    await live.page.getByRole('button', { name: 'Show all' }).click();
    await waitFor(
      async () => (await live.rows('Agents')).length > 10,
      'all rows',
    );
  });

  test('the keys change time range, theme and pause, and show themselves', async () => {
    const { page } = await openView('#/');
    const pressed = () =>
      page.locator('.segment [aria-pressed=true]').innerText();
    const before = plain(await pressed());
    await page.keyboard.press(']');
    await waitFor(
      async () => plain(await pressed()) !== before,
      'a longer range',
    );
    await page.keyboard.press('[');
    await waitFor(
      async () => plain(await pressed()) === before,
      'the first range',
    );
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await waitFor(
      () => page.evaluate('document.documentElement.dataset.theme === "dark"'),
      'dark',
    );
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /Paused/ }).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /Live/ }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('complementary', { name: 'Keys' }).waitFor();
  });

  test('a chosen theme and time range are there after a reload', async () => {
    const { page } = await openView('#/', { colorScheme: 'light' });
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    await page.getByRole('button', { name: /15/ }).click();
    await page.reload();
    await page.locator('h1').waitFor();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe(
      'dark',
    );
    await page
      .locator('.segment [aria-pressed=true]', { hasText: '15' })
      .waitFor();
  });

  test('arrow keys read the values of a chart, time by time', async () => {
    const { page } = await openView('#/');
    const chart = page.getByRole('group', { name: /^Chart: Outcome/ });
    const legend = page.locator('.panel', { has: chart }).locator('.legend');
    await chart.focus();
    await page.keyboard.press('End');
    await waitFor(
      async () => (await legend.getAttribute('aria-live')) === 'polite',
      'the legend',
    );
    const at = async () => /\d\d:\d\d:\d\d/.exec(await legend.innerText())![0];
    const last = await at();
    await page.keyboard.press('Shift+ArrowLeft');
    await waitFor(async () => (await at()) !== last, 'another time');
    await page.keyboard.press('Escape');
    await waitFor(
      async () => (await legend.getAttribute('aria-live')) === 'off',
      'the end',
    );
  });

  test('a chart becomes a table of its values', async () => {
    const { page } = await openView('#/agents/Assistant');
    await page.getByRole('button', { name: 'Outcome as Table' }).click();
    const table = page.getByRole('region', { name: 'Outcome, values' });
    await table.waitFor();
    expect(
      (await table.locator('thead th').allInnerTexts()).map(plain),
    ).toEqual(['Time', 'All', 'Failed']);
  });

  test('the crosshair of one chart is in all drawings', async () => {
    const { page } = await openView('#/');
    await page
      .locator('.u-over')
      .first()
      .hover({ position: { x: 60, y: 40 } });
    await page.locator('.laneaxis .now').waitFor();
    await page.locator('.heatx .now').waitFor();
    await page.mouse.move(1, 1);
    await page.locator('.laneaxis .now').waitFor({ state: 'detached' });
  });

  test('series are filtered by labels, and the query follows', async () => {
    const live = await openView('#/metrics/tframex_agent_executions_total');
    const { page } = live;
    await page.getByRole('button', { name: 'agent', exact: true }).click();
    await page.keyboard.type('writer');
    const isWriter = (row: string) => row.includes('agent="Writer"');
    await waitFor(
      async () => (await live.rows('Series')).every(isWriter),
      'the series of one agent',
    );
    expect(await live.rows('Series')).not.toHaveLength(0);
    await page
      .getByText('rate(tframex_agent_executions_total{agent="Writer"}[1m])')
      .waitFor();
    await page.keyboard.type('-unknown');
    await page.getByText('No series has these labels.').waitFor();
  });

  test('the query and the name of a metric are copied', async () => {
    const { page } = await openView(
      '#/metrics/tframex_agent_executions_total',
      {
        permissions: ['clipboard-read', 'clipboard-write'],
      },
    );
    await page.getByRole('button', { name: 'Copy the query' }).click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'rate(tframex_agent_executions_total[1m])',
    );
  });

  test('a histogram has a heat map of its series', async () => {
    const { page } = await openView('#/metrics/tframex_agent_duration_seconds');
    await page
      .getByRole('group', { name: /^Heat map: All series together/ })
      .waitFor();
  });

  test('hostile names are text in all places', async () => {
    const live = await openView('#/agents');
    const rows = await live.rows('Agents');
    for (const name of [
      '<script>alert("x")</script>',
      '__proto__',
      'مساعد العملاء',
      'line\\u000abreak\\u0009tab',
    ]) {
      expect(rows).toContain(name);
    }
    for (const name of HOSTILE) {
      await live.show(`#/agents/${encodeURIComponent(name)}`);
      await live.page.locator('.facts').waitFor();
      expect(await live.fact('Calls')).toBe('1');
    }
    expect(await live.page.locator('main script, main img').count()).toBe(0);
    expect(live.faults()).toEqual([]);
  });

  test('lanes have a common scale on request', async () => {
    const { page } = await openView('#/');
    const bars = page.locator('.lane .up').last();
    const before = await bars.getAttribute('d');
    await page.getByRole('button', { name: 'Common scale' }).click();
    await waitFor(
      async () => (await bars.getAttribute('d')) !== before,
      'another scale',
    );
  });

  test('an unknown agent and an unknown metric are said to be unknown', async () => {
    const live = await openView('#/agents/Unheard');
    await live.page.getByText('The app knows no agent “Unheard”').waitFor();
    await live.show('#/metrics/nothing_total');
    await live.page.getByText('The app has no metric of this name.').waitFor();
  });
});
