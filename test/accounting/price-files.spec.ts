import {
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LivePrices } from '../../src/accounting/prices/live-prices.js';
import {
  checkPrices,
  loadSource,
  sourcesOf,
} from '../../src/accounting/prices/price-files.js';
import type { Prices } from '../../src/accounting/prices/price-table.js';
import { AgentMetrics } from '../../src/index.js';
import { makeCollector, samples } from '../support/collector.js';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'price-files-'));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

const table = (model: string, input: number | string, currency = 'USD') => ({
  currency,
  models: [{ model, input }],
});

/** Writes a file, replaced in one step. */
function write(path: string, json: unknown): string {
  writeFileSync(
    `${path}.new`,
    typeof json === 'string' ? json : JSON.stringify(json),
  );
  renameSync(`${path}.new`, path);
  return path;
}

/** Prices that are looked at every 20 ms, with the errors that they report. */
function live(prices: Prices) {
  const errors: string[] = [];
  const one = new LivePrices(
    sourcesOf(prices, 'prices'),
    {
      reportError: (cause, error, where) =>
        void errors.push(`${cause}, ${where}: ${String(error)}`),
    },
    20,
  );
  onTestFinished(() => one.close());
  const charge = (model: string) => {
    const answer = { usage: { inputTokens: 1_000_000 } };
    const cost = one.list.charge({ provider: 'p', model, answer });
    return cost && `${cost.amount.toString()} ${cost.currency}`;
  };
  return { live: one, errors, charge };
}

const soon = (check: () => void) => vi.waitFor(check, { timeout: 10_000 });

test('a file is read once while it stays as it is, and again when it has changed', () => {
  const file = write(join(folder(), 'prices.json'), table('a', 1));
  const [source] = sourcesOf({ file }, 'agents.prices');
  const first = loadSource(source!);
  expect(loadSource({ file, path: 'prices.file' })).toBe(first);
  write(file, table('a', 2));
  expect(loadSource(source!).models).toEqual([{ model: 'a', input: 2 }]);
  write(file, '{');
  for (let i = 0; i < 2; i++) {
    expect(() => loadSource(source!)).toThrow(/^agents\.prices\.file is/);
  }
});

describe('several sources of prices', () => {
  test('the first source that has the model counts, whatever its format', () => {
    const path = folder();
    const own = write(join(path, 'own.json'), table('a', 1));
    const litellm = write(join(path, 'litellm.json'), {
      a: { litellm_provider: 'p', input_cost_per_token: 2e-6 },
      b: { litellm_provider: 'p', input_cost_per_token: 3e-6 },
    });
    const { charge } = live([
      { files: [own, litellm] },
      table('*', 4, 'EUR'),
      { file: own },
    ]);
    expect(['a', 'b', 'c'].map(charge)).toEqual(['1 USD', '3 USD', '4 EUR']);
  });

  test.each<[unknown, string]>([
    [
      { files: [] },
      'agents.prices.files is []; expected an array of paths of JSON files with prices, one at least',
    ],
    [{ files: 'a.json' }, "agents.prices.files is 'a.json'; expected an array"],
    [
      [table('a', 1), { file: '' }],
      "agents.prices[1].file is ''; expected a text that is not empty",
    ],
    [
      [table('a', -1)],
      'agents.prices[0].models[0].input is -1; expected a decimal number',
    ],
    [
      { files: ['/nowhere/a.json'] },
      "agents.prices.files[0] is '/nowhere/a.json', which cannot be read: Error: ENOENT",
    ],
    [5, 'agents.prices is 5; expected an object'],
  ])('prices that are %j are refused', (prices, message) => {
    expect(() => checkPrices(prices as Prices, 'agents.prices')).toThrow(
      message,
    );
  });
});

describe('a price file that changes', () => {
  test('a price file is read again when it changes', async () => {
    const file = write(join(folder(), 'prices.json'), table('a', 1));
    const { charge, errors } = live({ file });
    expect(charge('a')).toBe('1 USD');
    write(file, table('a', '2.5'));
    await soon(() => expect(charge('a')).toBe('2.5 USD'));
    write(file, table('a', '3.5'));
    await soon(() => expect(charge('a')).toBe('3.5 USD'));
    expect(errors).toEqual([]);
  });

  test('a price file behind a symbolic link that changes is read again', async () => {
    const path = folder();
    write(join(path, 'one.json'), table('a', 1));
    write(join(path, 'two.json'), table('a', 22));
    const file = join(path, 'prices.json');
    symlinkSync('one.json', file);
    const { charge } = live({ file });
    symlinkSync('two.json', `${file}.new`);
    renameSync(`${file}.new`, file);
    await soon(() => expect(charge('a')).toBe('22 USD'));
  });

  test('a bad price file never replaces a good one, and a good one replaces that again', async () => {
    const path = folder();
    const file = write(join(path, 'prices.json'), table('a', 1));
    const other = write(join(path, 'other.json'), table('b', 7));
    const { charge, errors } = live({ files: [file, other] });
    const bad = [
      ['{ "currency": ', 'SyntaxError'],
      [table('a', -1), '.models[0].input is -1'],
      ['[]', 'is []; expected an object'],
      [{ a: { litellm_provider: 'p' } }, 'has no model with a price'],
    ] as const;
    for (const [i, [json, message]] of bad.entries()) {
      write(file, json);
      await soon(() => expect(errors).toHaveLength(i + 1));
      expect(errors[i]).toContain(`price_file, price file "${file}"`);
      expect(errors[i]).toContain(message);
      expect([charge('a'), charge('b')]).toEqual(['1 USD', '7 USD']);
    }
    unlinkSync(file);
    await soon(() => expect(errors.at(-1)).toContain('ENOENT'));
    expect(charge('a')).toBe('1 USD');
    write(file, table('a', 9));
    await soon(() => expect(charge('a')).toBe('9 USD'));
  });

  test('a price file is not read again after the collector was shut down', async () => {
    const file = write(join(folder(), 'prices.json'), table('a', 1));
    const { live: one, charge } = live({ file });
    one.close();
    const other = live({ file });
    write(file, table('a', 2));
    await soon(() => expect(other.charge('a')).toBe('2 USD'));
    expect(charge('a')).toBe('1 USD');
  });

  test('an app counts a price file that became bad, and its shutdown ends the looks at it', async () => {
    const file = write(join(folder(), 'prices.json'), table('a', 1));
    const { collector, warnings } = makeCollector();
    const agents = new AgentMetrics(collector, { prices: { file } });
    write(file, '{');
    await vi.waitFor(
      async () =>
        expect(await samples(collector, 'metrics_errors_total')).toEqual([
          'metrics_errors_total{cause="price_file"} 1',
        ]),
      { timeout: 15_000, interval: 200 },
    );
    expect(warnings[0]).toContain(`price file "${file}"`);
    agents.recordInference({
      provider: 'p',
      model: 'a',
      seconds: 1,
      usage: { inputTokens: 1_000_000 },
    });
    expect((await samples(collector, 'agent_cost_total'))[0]).toMatch(/ 1$/);
    await collector.shutdown();
  }, 20_000);
});
