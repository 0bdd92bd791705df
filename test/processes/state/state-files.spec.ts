import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  EventLoopYielder,
  TimeSlice,
} from '../../../src/core/event-loop-yielder.js';
import {
  emptyCounts,
  HistogramCell,
  ValueCell,
} from '../../../src/model/cells.js';
import type { GroupFiles } from '../../../src/processes/group/group-files.js';
import { SAVED_FILE } from '../../../src/processes/group/group-member.js';
import { NodeFiles } from '../../../src/processes/group/node-files.js';
import { MetricsMerger } from '../../../src/processes/merge/merged-metrics.js';
import { MemberFiles } from '../../../src/processes/state/member-files.js';
import { MemberReader } from '../../../src/processes/state/member-reader.js';
import { StateEncoder } from '../../../src/processes/state/state-encoder.js';
import type { MetricFamily } from '../../../src/registry/metric-family.js';
import { tempFolder } from '../../support/temp.js';

const BOUNDS = [1, 2];

const value = fc.double({ noNaN: true, min: 0, max: 1e9 });

/** A metric that changes from save to save: series come, go, are reset and grow. */
const family = (name: string, type: 'counter' | 'histogram' | 'gauge') =>
  fc
    .uniqueArray(fc.nat(4), { maxLength: 4 })
    .chain((ids) =>
      fc.record({
        ids: fc.constant(ids),
        created: fc.constantFrom(10, 20),
        values: fc.array(value, {
          minLength: ids.length,
          maxLength: ids.length,
        }),
      }),
    )
    .map(({ ids, created, values }): MetricFamily => {
      const labels = ids.map((id) => ({
        names: ['id', 'text'],
        values: [String(id), `"é\\\n${id}`],
      }));
      const bounds = type === 'histogram' ? BOUNDS : [];
      const cells = labels.map((set, i) =>
        type === 'histogram'
          ? histogram(set, values[i]!, created)
          : counter(name, set, values[i]!, created),
      );
      return { name, type, help: name, unit: undefined, bounds, cells };
    });

type Labels = { names: string[]; values: string[] };

function counter(name: string, labels: Labels, to: number, created: number) {
  const cell = new ValueCell(name, labels, created);
  cell.value = to;
  return cell;
}

function histogram(labels: Labels, sum: number, created: number) {
  const cell = new HistogramCell(labels, emptyCounts(BOUNDS), created);
  cell.sum = sum;
  cell.counts[Math.floor(sum) % 3] = Math.floor(sum);
  return cell;
}

const state = fc.tuple(
  family('calls_total', 'counter'),
  family('size', 'histogram'),
  family('queue', 'gauge'),
);

/** What a page has of metrics: their series by labels. */
const shown = (metrics: readonly MetricFamily[]) =>
  Object.fromEntries(
    metrics
      .filter(({ cells }) => cells.length > 0)
      .map(({ name, type, bounds, cells }) => [
        name,
        [
          type,
          bounds,
          Object.fromEntries(
            cells.map((cell) => [
              cell.text,
              cell instanceof HistogramCell
                ? [cell.created, cell.sum, ...cell.counts]
                : type === 'gauge'
                  ? (cell as ValueCell).value
                  : [cell.created, (cell as ValueCell).value],
            ]),
          ),
        ],
      ]),
  );

test('a member that is read after any series of saves has exactly the metrics of the last one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(state, { minLength: 1, maxLength: 5 }),
      async (saves) => {
        const files = new NodeFiles(tempFolder());
        const encoder = new StateEncoder();
        const reader = new MemberReader(files, async (path, error) => {
          throw new Error(`${path} cannot be read`, { cause: error });
        });
        await files.makeFolder('m/a');
        const merger = new MetricsMerger();
        const slice = new TimeSlice(new EventLoopYielder());
        let metrics: readonly MetricFamily[] = [];
        const member = new MemberFiles(
          files,
          async (spare) =>
            encoder.encode({ metrics, keeps: () => false, spare }),
          { process: '1', started: 0 },
        );
        for (metrics of saves) {
          await member.write('m/a', 'values');
          const read = await reader.read('m/a', 'values');
          const merged = await merger.merge(read!.metrics, slice);
          expect(shown(merged.metrics)).toEqual(shown(metrics));
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a save without changes writes nothing', async () => {
  const files = new NodeFiles(tempFolder());
  await files.makeFolder('m/a');
  const encoder = new StateEncoder();
  const metrics: MetricFamily[] = [];
  const member = new MemberFiles(
    files,
    async () => encoder.encode({ metrics, keeps: () => false }),
    { process: '1', started: 0 },
  );
  expect(await member.write('m/a', 't')).toBe(1);
  await files.remove('m/a/t');
  expect(await member.write('m/a', 't')).toBe('unchanged');
  expect(await files.list('m/a')).toEqual(['names.0']);
});

test.each([1, 2, 3, 4, 5, 6, 7])(
  'a save that succeeds after %i failed ones has the present values',
  async (failures) => {
    const files = new NodeFiles(tempFolder());
    await files.makeFolder('m/a');
    const cell = new ValueCell('calls_total', { names: [], values: [] });
    const name = 'calls_total';
    const metrics: MetricFamily[] = [
      {
        name,
        type: 'counter',
        help: name,
        unit: '',
        bounds: [],
        cells: [cell],
      },
    ];
    const encoder = new StateEncoder();
    let isFull = false;
    const disk = withFullDisk(files, () => isFull);
    const member = new MemberFiles(
      disk,
      async (spare) => encoder.encode({ metrics, keeps: () => false, spare }),
      { process: '1', started: 0 },
    );
    const save = (value: number) => {
      cell.value = value;
      return member.write('m/a', SAVED_FILE);
    };
    for (let value = 1; value < 5; value++) await save(value);
    isFull = true;
    for (let i = 0; i < failures; i++) {
      await expect(save(10 + i)).rejects.toThrow('full');
    }
    isFull = false;
    await save(100);
    const reader = new MemberReader(files, async () => {});
    await files.rename(`m/a/${SAVED_FILE}`, 'm/a/values');
    const read = await reader.read('m/a', 'values');
    expect([...read!.metrics[0]!.values]).toEqual([100]);
  },
);

/** The same files; writing fails while the disk is full. */
function withFullDisk(files: NodeFiles, isFull: () => boolean): GroupFiles {
  const write = (path: string, bytes: Uint8Array) =>
    isFull() ? Promise.reject(new Error('full')) : files.write(path, bytes);
  return Object.assign(Object.create(files) as NodeFiles, { write });
}
