import { describe, expect, it } from 'vitest';
import {
  counterOf,
  distribution,
  gaugeOf,
  histogramOf,
  valueSeries,
} from '../../support/snapshots.js';
import { exported, startedAt } from './exporting.js';
import { receiveUdp } from './receivers.js';

/** A counter of series whose label is so many characters long. */
const counter = (lengths: readonly number[]) =>
  counterOf(
    'runs_total',
    ...lengths.map((length, i) =>
      valueSeries(1, { a: `${i}`.padEnd(length, 'x') }),
    ),
  );

const sizes = (packets: readonly string[]) =>
  packets.map((packet) => Buffer.byteLength(packet));

describe('packets', () => {
  it.each([
    [undefined, 1_432],
    [100, 100],
    [8_192, 8_192],
  ])(
    'packets with maxPacketSize %s are full and have at most %i bytes',
    async (maxPacketSize, most) => {
      const receiver = await receiveUdp();
      const exporter = await startedAt(receiver, { maxPacketSize });
      await exported(exporter, [counter(Array(1_000).fill(10))]);
      const packets = await receiver.packets();
      // runs_total:1|c|#a:xxxxxxxxxx
      const line = 'runs_total:1|c|#a:'.length + 10;
      const lines = Math.floor((most + 1) / (line + 1));
      expect(Math.max(...sizes(packets))).toBe(lines * (line + 1) - 1);
      expect(packets).toHaveLength(Math.ceil(1_000 / lines));
      expect(packets.join('\n').split('\n')).toHaveLength(1_000);
    },
  );

  it('a packet may have exactly maxPacketSize bytes, and not one more', async () => {
    const receiver = await receiveUdp();
    const exact = await startedAt(receiver, { maxPacketSize: 2 * 32 + 1 });
    await exported(exact, [counter([14, 14])]);
    expect(sizes(await receiver.packets())).toEqual([65]);
    const smaller = await startedAt(receiver, { maxPacketSize: 2 * 32 });
    await exported(smaller, [counter([14, 14])]);
    expect(sizes(await receiver.packets())).toEqual([65, 32, 32]);
  });

  it('maxPacketSize counts bytes and not characters', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { maxPacketSize: 100 });
    const series = ['ä', 'ö', 'ü'].map((one) =>
      valueSeries(1, { a: one.repeat(20) }),
    );
    await exported(exporter, [counterOf('runs_total', ...series)]);
    expect(sizes(await receiver.packets())).toEqual([58, 58, 58]);
  });

  it('a line that is longer than maxPacketSize has its own packet', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { maxPacketSize: 100 });
    await exported(exporter, [counter([10, 10, 500, 10, 10])]);
    const packets = await receiver.packets();
    expect(packets.map((one) => one.split('\n').length)).toEqual([2, 1, 2]);
    expect(sizes(packets)).toEqual([57, 518, 57]);
  });

  it('lines that belong together are split only if no packet has room for both', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver, { maxPacketSize: 100 });
    const labels = { a: 'x'.repeat(50) };
    const foreign = { created: undefined };
    const metrics = [
      counter([40]),
      gaugeOf('g', valueSeries(-1, { a: 'x'.repeat(30) })),
      histogramOf('h', [], distribution([2], 3, labels, foreign)),
    ];
    await exported(exporter, metrics);
    const names = (await receiver.packets()).map((packet) =>
      packet.split('\n').map((line) => /^[^|]+/.exec(line)![0]),
    );
    expect(names).toEqual([
      ['runs_total:1'],
      ['g:0', 'g:-1'],
      ['h_count:2'],
      ['h_sum:3'],
    ]);
  });

  it('lines that no datagram can carry are dropped and counted, and the others are sent', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    const metrics = [counter([10, 70_000, 10, 80_000, 10])];
    expect(await exported(exporter, metrics)).toEqual({
      dropped: 2,
      reason: 'lines were longer than a packet can be',
    });
    expect(await receiver.lines()).toHaveLength(3);
    expect(await exported(exporter, metrics)).toMatchObject({ dropped: 0 });
  });

  it('two lines of a point that no datagram can carry count as one dropped point', async () => {
    const receiver = await receiveUdp();
    const exporter = await startedAt(receiver);
    const labels = { long: 'x'.repeat(70_000) };
    const metrics = [
      gaugeOf('low', valueSeries(-3, labels), valueSeries(-4)),
      gaugeOf('lower', valueSeries(-5, labels)),
    ];
    expect(await exported(exporter, metrics)).toMatchObject({ dropped: 2 });
    expect(await receiver.lines()).toEqual(['low:0|g', 'low:-4|g']);
  });
});

describe('very many series', () => {
  const series = Array.from({ length: 60_000 }, (_, i) =>
    valueSeries(1, { n: String(i) }),
  );
  const metrics = [counterOf('runs_total', ...series)];

  /** Counts the rounds of the event loop during some work. */
  async function roundsDuring(work: Promise<unknown>): Promise<number> {
    let rounds = 0;
    let isOver = false;
    const count = () => {
      rounds++;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await work;
    isOver = true;
    return rounds;
  }

  it.each([1, 0.000_001])(
    'an export of very many series yields to the event loop, with the sample rate %d',
    async (sampleRate) => {
      const receiver = await receiveUdp();
      const exporter = await startedAt(receiver, { sampleRate });
      const none = await roundsDuring(exported(exporter));
      const first = await roundsDuring(exported(exporter, metrics));
      expect(first).toBeGreaterThan(none + 5);
      // Now nothing has grown.
      const again = await roundsDuring(exported(exporter, metrics));
      expect(again).toBeGreaterThan(none + 5);
    },
  );
});
