import { beforeAll, expect, test } from 'vitest';
import { duration } from '../../../live-page/src/format/durations.js';
import { amount } from '../../../live-page/src/format/money.js';
import { count, percent } from '../../../live-page/src/format/numbers.js';
import { describeInBrowser, useBrowser } from '../../support/browser.js';
import { LivePage, plain } from './live-page.js';
import { useLoadedDesk } from './loaded-desk.js';
import { PageNumbers } from './page-numbers.js';

const ROUNDS = 40;
const CALLS = 'tframex_agent_executions_total';
const DURATION = 'tframex_agent_duration_seconds';
const INFERENCE = 'gen_ai_client_inference';
const MODEL = `${INFERENCE}_duration_seconds`;
const TOKENS = `${INFERENCE}_usage`;
const TOOL = 'gen_ai_execute_tool_duration_seconds';
const HTTP = 'tframex_http_server_request_duration_seconds';

describeInBrowser('the numbers of the live page', () => {
  const open = useBrowser();
  const desk = useLoadedDesk(ROUNDS);
  let numbers: PageNumbers;

  beforeAll(async () => {
    const page = await fetch(`${desk().url}/metrics`);
    numbers = new PageNumbers(await page.text());
  });

  async function openView(hash: string): Promise<LivePage> {
    const live = new LivePage(await open(), `${desk().url}/metrics/live`);
    await live.show(hash);
    return live;
  }

  const quantileOf = (
    q: number,
    metric: string,
    labels: Record<string, string>,
  ) => plain(duration(numbers.quantile(q, metric, labels)));

  test('the table of agents has the calls, failures and quantiles of the metrics page', async () => {
    const live = await openView('#/agents');

    for (const agent of ['Assistant', 'Router', 'Writer', 'Refunds']) {
      const cell = (column: string) => live.cell('Agents', agent, column);
      const calls = numbers.sum(CALLS, { agent });
      const failed = numbers.sum(CALLS, { agent, status: 'error' });
      expect(calls).toBe(ROUNDS);
      expect(await cell('Calls')).toBe(count(calls));
      expect(await cell('Failed')).toBe(plain(percent(failed / calls)));
      expect(await cell('Failed, 5 min')).toBe(plain(percent(failed / calls)));
      expect(await cell('p50')).toBe(quantileOf(0.5, DURATION, { agent }));
      expect(await cell('p95')).toBe(quantileOf(0.95, DURATION, { agent }));
    }
    expect(live.faults()).toEqual([]);
  });

  test('the overview has the sums of all agents', async () => {
    const live = await openView('#/');

    const failed = numbers.sum(CALLS, { agent: 'Refunds', status: 'error' });
    const finding = live.page.locator('.findings li', { hasText: 'Refunds' });
    expect(plain(await finding.innerText())).toContain(
      `${failed} of ${ROUNDS} in the last 5 min`,
    );
    const lane = live.page.locator('.lanes li', { hasText: 'Writer' });
    expect(plain(await lane.locator('.num').nth(2).innerText())).toContain(
      quantileOf(0.95, DURATION, { agent: 'Writer' }),
    );
    const usd = numbers.sum('tframex_agent_cost_total', { currency: 'USD' });
    const eur = numbers.sum('tframex_agent_cost_total', { currency: 'EUR' });
    const cost = live.page.locator('.tile', { hasText: 'Cost' }).first();
    const money = [amount(usd, 'USD'), amount(eur, 'EUR')].join(' + ');
    expect(plain(await cost.locator('.sub').innerText())).toBe(money);
  });

  test('tokens and money of an agent are those of its counters', async () => {
    const live = await openView('#/agents');

    const agent = 'Writer';
    const cell = (column: string) => live.cell('Agents', agent, column);
    const tokens = (kind: string) =>
      numbers.sum(`${TOKENS}_${kind}_tokens_total`, { agent });
    const cost = (currency: string) =>
      numbers.sum('tframex_agent_cost_total', { agent, currency });
    expect(await cell('Tokens in')).toBe(count(tokens('input')));
    expect(await cell('Tokens out')).toBe(count(tokens('output')));
    expect(await cell('Cached')).toBe(
      plain(percent(tokens('cache_read_input') / tokens('input'))),
    );
    const money = ['USD', 'EUR'].map((currency) =>
      amount(cost(currency), currency),
    );
    const shown = (await cell('Cost')).split(/\s+/);
    expect(shown.sort()).toEqual(money.sort());
  });

  test('one agent has its facts, errors by type and tools', async () => {
    const refunds = await openView('#/agents/Refunds');
    const failed = numbers.sum(CALLS, { agent: 'Refunds', status: 'error' });
    expect(await refunds.fact('Calls')).toBe(count(ROUNDS));
    expect(await refunds.fact('Failed')).toBe(plain(percent(failed / ROUNDS)));
    expect(await refunds.fact('p50 / p95 / p99')).toBe(
      [0.5, 0.95, 0.99]
        .map((q) => quantileOf(q, DURATION, { agent: 'Refunds' }))
        .join(' / '),
    );
    expect(await refunds.cell('Errors', 'RangeError', 'Count')).toBe(
      count(failed),
    );

    const assistant = await openView('#/agents/Assistant');
    const tool = {
      gen_ai_tool_name: 'search',
      gen_ai_agent_name: 'Assistant',
    };
    expect(await assistant.cell('Tools', 'search', 'Calls')).toBe(
      count(numbers.sum(`${TOOL}_count`, tool)),
    );
    expect(await assistant.cell('Tools', 'search', 'p95')).toBe(
      quantileOf(0.95, TOOL, tool),
    );
  });

  test('models and tools have the numbers of their histograms', async () => {
    const live = await openView('#/models');

    const model = { gen_ai_request_model: 'gpt-4.1-mini' };
    const cell = (column: string) =>
      live.cell('Models', 'gpt-4.1-mini', column);
    expect(await cell('Calls')).toBe(
      count(numbers.sum(`${MODEL}_count`, model)),
    );
    expect(await cell('p50')).toBe(quantileOf(0.5, MODEL, model));
    expect(await cell('p95')).toBe(quantileOf(0.95, MODEL, model));
    expect(await cell('First chunk')).toBe(
      quantileOf(0.95, `${INFERENCE}_time_to_first_chunk_seconds`, model),
    );
    const tool = { gen_ai_tool_name: 'search' };
    const calls = numbers.sum(`${TOOL}_count`, tool);
    const failed = numbers.sum(`${TOOL}_count`, {
      ...tool,
      error_type: 'Error',
    });
    expect(await live.cell('Tools', 'search', 'Calls')).toBe(count(calls));
    expect(await live.cell('Tools', 'search', 'Failed')).toBe(
      plain(percent(failed / calls)),
    );
  });

  test('routes have their requests, statuses and quantiles', async () => {
    const live = await openView('#/http');

    const route = '/tickets/:id';
    const cell = (column: string) => live.cell('Routes', route, column);
    const requests = numbers.sum(`${HTTP}_count`, { route });
    const broken = numbers.sum(`${HTTP}_count`, {
      route,
      status_code: '500',
    });
    expect(broken).toBeGreaterThan(0);
    expect(await cell('Requests')).toBe(count(requests));
    expect(await cell('5xx')).toBe(plain(percent(broken / requests)));
    expect(await cell('p95')).toBe(quantileOf(0.95, HTTP, { route }));
    expect(await live.cell('Routes', 'unmatched', '4xx')).toBe(
      plain(percent(1)),
    );
  });

  test('each metric of the metrics page is in the browser of metrics, with its series', async () => {
    const live = await openView('#/metrics');

    const { page } = live;
    await page.locator('.list li').first().waitFor();
    const names = (await page.locator('.list .mono').allInnerTexts()).map(
      plain,
    );
    for (const name of [CALLS, DURATION, MODEL, TOOL, HTTP]) {
      expect(names).toContain(name);
    }
    await live.show(`#/metrics/${CALLS}`);
    await page.getByRole('heading', { name: CALLS }).waitFor();
    const labels = 'agent="Writer"';
    expect(await live.cell('Series', labels, 'Total')).toBe(
      count(numbers.sum(CALLS, { agent: 'Writer' })),
    );
  });

  test('the system view names process, checks and what the history takes', async () => {
    const live = await openView('#/system');

    expect(await live.fact('Process')).toBe(
      `${process.pid}, Node.js ${process.versions.node}`,
    );
    expect(await live.fact('Up for')).toMatch(/\d+ (s|min|h)/);
    expect(await live.cell('Health checks', 'vector-store', 'Status')).toBe(
      'Up',
    );
  });
});
