import { describe, expect, it } from 'vitest';
import { read, section } from './markdown.js';

const README = 'README.md';

/** The rows of a table that have as many cells as given, without the heads. */
const rowsOf = (markdown: string, cells: number): string[][] =>
  markdown
    .split('\n')
    .filter((line) => /^\| [^-]/.test(line))
    .map((line) => line.split('|').slice(1, -1))
    .map((row) => row.map((cell) => cell.trim()))
    .filter((row) => row.length === cells);

/** Work and peer in the README, and the row of the benchmark's results. */
const MEASURED: Readonly<Record<string, string>> = {
  'counter, 3 labels, prom-client':
    'counter, 3 labels as an object, steady: prom-client',
  'counter, 3 labels, OTel SDK':
    'counter, 3 labels as an object, steady: OTel SDK',
  'decorated method, prom-client':
    '@Timed() @Counted() on an async method: prom-client timer + inc by hand',
  'page of 10k histograms, prom-client':
    '10k histograms of 12 buckets, wire-ready bytes: prom-client',
  'heap of a counter series, prom-client':
    'heap per counter series, after a scrape, unique label sorts first',
  'import and `forRoot()`, @willsoto':
    'import of the package and forRoot, cold: @willsoto/nestjs-prometheus',
};

/** A ratio of the results as the README words it. */
function worded(ratio: string): string {
  const [value = ''] = ratio.split(' ');
  if (ratio.endsWith('times less')) {
    return `${(1 / Number(value)).toFixed(2)} times as much`;
  }
  return ratio.replace('of it', 'times as long');
}

function ratioIn(results: string, work: string): string {
  const row = rowsOf(read(results), 8).find(([name]) => name === work);
  return worded(row?.[4] ?? '');
}

const NODES = ['bench/results-node20.md', 'bench/results-node24.md'];

describe('the README', () => {
  it('the README has 8 KiB at most', () => {
    expect(Buffer.byteLength(read(README))).toBeLessThanOrEqual(8192);
  });

  it('the README has the ratios of the last benchmark, those against it too', () => {
    const rows = rowsOf(section(README, 'How it compares'), 4).slice(1);
    const figures = Object.fromEntries(
      rows.map(([work, peer, ...ratios]) => [`${work}, ${peer}`, ratios]),
    );
    const measured = Object.entries(MEASURED).map(([name, work]) => [
      name,
      NODES.map((results) => ratioIn(results, work)),
    ]);
    expect(figures).toEqual(Object.fromEntries(measured));
  });

  it('the README says when, and on which Node, the ratios were measured', () => {
    const text = section(README, 'How it compares');
    for (const results of NODES) {
      const [, date, node] = /^- (\S+), Node (\d+)/m.exec(read(results))!;
      expect(text).toContain(`${date} (Node ${node})`);
    }
  });
});
