import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EventLoopYielder,
  TimeSlice,
} from '../../../src/core/event-loop-yielder.js';
import { runInSlices } from '../../../src/core/stepwise.js';
import type { HistogramCell, ValueCell } from '../../../src/model/cells.js';
import {
  Folder,
  metricsOf,
  NO_TOTALS,
  type Totals,
} from '../../../src/processes/merge/fold.js';
import type { MemberMetrics } from '../../../src/processes/merge/member-metrics.js';
import { MetricsMerger } from '../../../src/processes/merge/merged-metrics.js';
import { Layout } from '../../../src/processes/state/layout.js';

const newSlice = () => new TimeSlice(new EventLoopYielder());

/** A member with one counter and one histogram, whose bounds are those of its version. */
function member(
  started: number,
  cost: number,
  sizes: readonly number[],
): MemberMetrics {
  const bounds = started % 2 === 0 ? [1, 2, 4] : [1, 4];
  const common = { help: '', unit: undefined, aggregator: undefined };
  const layout = new Layout([
    {
      families: [
        { name: 'cost_total', type: 'counter', bounds: [], ...common },
        { name: 'size', type: 'histogram', bounds, ...common },
      ],
      series: [
        [0, [], [], 10],
        [1, [], [], 10],
      ],
    },
  ]);
  const counts = [...bounds, Infinity].map(
    (bound, i) =>
      sizes.filter((size) => size <= bound && !(size <= bounds[i - 1]!)).length,
  );
  const sum = sizes.reduce((total, size) => total + size, 0);
  const values = Float64Array.from([cost, sum, ...counts]);
  return { process: String(started), started, isAlive: true, layout, values };
}

const someMember = fc.record({
  cost: fc.double({ noNaN: true, min: 0, max: 1e9 }),
  sizes: fc.array(fc.constantFrom(0.5, 1, 1.5, 2, 3, 4, 5), { maxLength: 6 }),
});

/** What a page shows of members, some of which have ended before others. */
async function shown(living: readonly MemberMetrics[], totals: Totals) {
  const { metrics } = await new MetricsMerger().merge(
    [...living, metricsOf(totals)],
    newSlice(),
  );
  const [cost, size] = ['cost_total', 'size'].map((name) =>
    metrics.find((metric) => metric.name === name),
  );
  const counter = cost!.cells[0] as ValueCell;
  const histogram = size!.cells[0] as HistogramCell;
  return {
    cost: counter.value,
    sum: histogram.sum,
    count: histogram.counts.reduce((total, count) => total + count, 0),
    largest: histogram.counts.at(-1),
  };
}

async function fold(totals: Totals, ended: readonly MemberMetrics[]) {
  const folded = new Folder().fold([metricsOf(totals), ...ended]);
  return (await runInSlices(folded, newSlice())).totals;
}

test('a page is the same, to the last digit, however many of the members have ended, and in which order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someMember, { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat()),
      async (given, picks) => {
        const living = given.map(({ cost, sizes }, i) =>
          member(i, cost, sizes),
        );
        const newest = living.at(-1)!;
        const before = await shown(living, NO_TOTALS);
        let totals = NO_TOTALS;
        while (living.length > 1) {
          const at = picks.next().value! % (living.length - 1);
          totals = await fold(totals, living.splice(at, 1));
          expect(await shown(living, totals)).toEqual(before);
        }
        expect(living).toEqual([newest]);
      },
    ),
    { numRuns: 300 },
  );
});

test('a total does not fall by one unit in the last place when another member counts on', async () => {
  const cost = fc.double({ noNaN: true, min: 0, max: 1e7 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(cost, { minLength: 1, maxLength: 8 }),
      fc.nat(),
      cost,
      async (costs, pick, more) => {
        const members = (values: readonly number[]) =>
          values.map((value, i) => member(i, value, []));
        const before = await shown(members(costs), NO_TOTALS);
        const grown = [...costs];
        grown[pick % costs.length]! += more;
        const after = await shown(members(grown), NO_TOTALS);
        expect(after.cost).toBeGreaterThanOrEqual(before.cost);
      },
    ),
    { numRuns: 500 },
  );
});

test('the values of a member that are counted elsewhere are subtracted without rounding', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.double({ noNaN: true, min: 0, max: 1e9 }),
      fc.double({ noNaN: true, min: 0, max: 1e9 }),
      async (counted, more) => {
        const base = member(0, counted, []);
        const own = member(0, counted + more, []);
        const totals = await fold(NO_TOTALS, [base]);
        const page = await shown([own, { ...base, isNegative: true }], totals);
        expect(page.cost).toBe(counted + more);
      },
    ),
  );
});
