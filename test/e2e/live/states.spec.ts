import { expect, onTestFinished, test } from 'vitest';
import { PrometheusCollector } from '../../../src/index.js';
import { describeInBrowser, useBrowser } from '../../support/browser.js';
import { freePort, waitFor } from '../../support/http.js';
import { LivePage, plain, sampledAnew } from './live-page.js';
import {
  startSupportDesk,
  type SupportDesk,
  type SupportDeskOptions,
} from './support-desk.js';

/** What Chromium writes to the console about requests that fail on purpose. */
const FAILED_REQUEST = /^(console|request): .*(Failed to load resource|ERR_)/;

describeInBrowser('the live page', () => {
  const open = useBrowser();

  /** An app that is closed when the test ends. */
  async function started(
    options: Partial<SupportDeskOptions> = {},
  ): Promise<SupportDesk> {
    const port = options.port ?? (await freePort());
    const desk = await startSupportDesk({
      agents: ['Assistant'],
      ...options,
      port,
    });
    onTestFinished(() => desk.close());
    return desk;
  }

  const pageOf = async ({ url }: SupportDesk, path = '/metrics/live') =>
    new LivePage(await open(), url + path);

  async function calledApp(
    options: Partial<SupportDeskOptions> = {},
  ): Promise<SupportDesk> {
    const desk = await started(options);
    await desk.agent('Assistant').run({ milliseconds: 5 });
    await sampledAnew(desk);
    return desk;
  }

  test('an app without a call says how to call an agent, and fills with the first call', async () => {
    const desk = await started();
    const live = await pageOf(desk);
    await live.show('#/');
    expect(plain(await live.page.locator('h1').innerText())).toBe(
      'No agent has been called yet',
    );
    expect(await live.page.locator('pre').innerText()).toContain(
      "@Agent('Assistant')",
    );
    expect(await live.opened.accessibilityFaults()).toEqual([]);

    await desk.agent('Assistant').run({});
    await live.page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(live.faults()).toEqual([]);
  });

  test('a page that is disconnected says so, keeps its values, and comes back', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/agents');
    const { page } = live;
    await page.context().setOffline(true);
    await page.getByRole('alert').getByText('has not answered since').waitFor();
    await page.getByText(/Next try in|Trying now/).waitFor();
    await page.getByRole('button', { name: /Disconnected/ }).waitFor();
    expect(await live.cell('Agents', 'Assistant', 'Calls')).toBe('1');
    expect(await page.locator('main').getAttribute('class')).toBe('stale');
    expect(await live.opened.accessibilityFaults()).toEqual([]);

    await page.context().setOffline(false);
    await page.getByRole('button', { name: /Live/ }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(live.faults(FAILED_REQUEST)).toEqual([]);
  });

  test('the time axis goes on while the app is away', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/');
    const { page } = live;
    const gaps = async () =>
      (await page.locator('.lane .gap').first().getAttribute('d'))!;
    await page.context().setOffline(true);
    await page.getByRole('alert').waitFor();
    const before = await gaps();
    await waitFor(
      async () => (await gaps()) !== before,
      'a gap at the end of the axis',
      60,
    );
  });

  test('after a restart the page forgets the former history, and says so', async () => {
    const first = await calledApp();
    const live = await pageOf(first);
    await live.show('#/agents');
    await first.close();
    await live.page.getByRole('alert').getByText('has not answered').waitFor();

    const { port } = first;
    const second = await started({ port, agents: ['Assistant', 'Newcomer'] });
    await second.agent('Newcomer').run({});
    await live.page.getByText('The history was started again').waitFor();
    await waitFor(
      async () => (await live.rows('Agents')).includes('Newcomer'),
      'the agents of the new process',
    );
    expect(await live.cell('Agents', 'Assistant', 'Calls')).toBe('0');
    await live.page.getByRole('button', { name: 'Close' }).click();
    await waitFor(
      async () => (await live.page.getByRole('alert').count()) === 0,
      'no notice',
    );
  });

  test('after a restart with a shorter history the page asks for a range that there is', async () => {
    const first = await calledApp();
    const live = await pageOf(first);
    await live.show('#/agents');
    const ranges = live.page.getByRole('group', { name: 'Time range' });
    await ranges.getByRole('button', { name: '15' }).click();
    await first.close();
    await live.page.getByRole('alert').getByText('has not answered').waitFor();

    await started({
      port: first.port,
      module: { live: { interval: 1000, history: 10 } },
    });
    await live.page.getByText('The history was started again').waitFor();
    await waitFor(async () => {
      const texts = await ranges.getByRole('button').allInnerTexts();
      expect(texts.map(plain)).toEqual(['5 min', '10 min']);
      return true;
    }, 'the ranges that there are');
    await live.page.getByRole('button', { name: /Live/ }).waitFor();
  });

  test('a page asks its first question once', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    const asked: URL[] = [];
    live.page.on('request', (request) => asked.push(new URL(request.url())));
    await live.show('#/');
    await sampledAnew(desk);
    const first = asked.filter(
      ({ pathname, search }) => pathname.includes('/api/') && search === '',
    );
    expect(first).toHaveLength(1);
  });

  test('clearMetrics() starts the history again, and the page says so', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/agents');
    desk.app.get(PrometheusCollector).clearMetrics();
    await live.page.getByText('The history was started again').waitFor();
  });

  test('the page says that the access of its reader has ended, and sends no more requests', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/agents');
    const { page } = live;
    await page.route('**/api/**', (route) =>
      route.fulfill({ status: 401, body: '' }),
    );
    await page.getByRole('alert').getByText('Your access has ended').waitFor();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    const api = () => asked.filter((url) => url.includes('/api/'));
    await page.getByRole('link', { name: 'System' }).click();
    await page.getByText('There is no answer to show yet.').waitFor();
    await sampledAnew(desk);
    await sampledAnew(desk);
    expect(api()).toEqual([]);
  });

  test('a reader without access gets neither page nor API', async () => {
    const token = 'a-token-of-more-than-32-characters-1234';
    const desk = await started({
      module: { live: { access: { bearerToken: token } } },
    });
    const { page } = await open();
    const response = await page.goto(`${desk.url}/metrics/live`);
    expect(response!.status()).toBe(401);
    expect(await page.content()).not.toContain('assets');
    const api = await fetch(`${desk.url}/metrics/live/api/overview`);
    expect(api.status).toBe(401);
    expect(await api.text()).not.toContain('Assistant');
  });

  test.each(['/metrics/live', '/metrics/live/'])(
    'the page works at %s',
    async (path) => {
      const desk = await calledApp();
      const live = await pageOf(desk, path);
      await live.show('#/agents');
      expect(await live.rows('Agents')).toEqual(['Assistant']);
      expect(live.faults()).toEqual([]);
    },
  );

  test('a paused page stands still until it goes on', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/agents');
    const { page } = live;
    await page.keyboard.press('p');
    await page.getByRole('button', { name: /Paused \d\d:\d\d:\d\d/ }).waitFor();
    await desk.agent('Assistant').run({});
    await sampledAnew(desk);
    expect(await live.cell('Agents', 'Assistant', 'Calls')).toBe('1');
    await page.keyboard.press('p');
    await waitFor(
      async () => (await live.cell('Agents', 'Assistant', 'Calls')) === '2',
      'the second call',
    );
  });

  test('a paused page that is disconnected says that it does not try again', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/');
    const { page } = live;
    await page.context().setOffline(true);
    const notice = page.getByRole('alert');
    await notice.getByText('has not answered since').waitFor();
    await page.keyboard.press('p');
    await notice.getByText('It is paused').waitFor();
    expect(await notice.innerText()).not.toMatch(/Trying now|Next try/);
    expect(await live.opened.accessibilityFaults()).toEqual([]);

    await page.context().setOffline(false);
    await page.getByRole('button', { name: 'Try now' }).click();
    await notice.waitFor({ state: 'detached' });
  });

  test('an open page does not grow', async () => {
    const desk = await calledApp();
    const live = await pageOf(desk);
    await live.show('#/');
    const session = await live.page.context().newCDPSession(live.page);
    const nodes = async () => {
      await session.send('HeapProfiler.collectGarbage');
      return (await session.send('Memory.getDOMCounters')) as {
        nodes: number;
        jsEventListeners: number;
      };
    };
    const visitAll = async () => {
      for (const hash of ['#/agents', '#/agents/Assistant', '#/system', '#/']) {
        await live.page.evaluate(`location.hash = '${hash}'`);
        await sampledAnew(desk);
      }
    };
    await visitAll();
    const before = await nodes();
    for (let i = 0; i < 3; i++) await visitAll();
    const after = await nodes();
    expect(after.nodes).toBeLessThan(before.nodes * 1.2);
    expect(after.jsEventListeners).toBeLessThan(before.jsEventListeners * 1.2);
  });
});
