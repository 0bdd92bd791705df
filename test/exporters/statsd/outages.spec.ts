import { describe, expect, it } from 'vitest';
import { waitFor } from '../../support/http.js';
import { startStatsd } from '../../support/statsd.js';
import { collectorFor } from './same-as-page.js';

describe('counters over TCP', () => {
  it('counters over TCP are right after the server was killed and started again', async () => {
    const server = await startStatsd('tcp');
    const options = { protocol: 'tcp' } as const;
    const { collector } = await collectorFor(server, options);
    const calls = collector.counter('calls_total');
    const increase = (by: number) => {
      for (let i = 0; i < 2_000; i++) calls.inc({ n: String(i) }, by);
    };
    for (let round = 0; round < 5; round++) {
      increase(1);
      await collector.flush(20_000);
      increase(2);
      await server.kill();
      await expect(collector.flush(300)).rejects.toThrow(/ECONNREFUSED/);
      increase(3);
      await server.start();
    }
    await collector.flush(20_000);
    const sums = new Map<string, number>();
    for (const line of await server.received()) {
      const [, n, growth] =
        /^app_calls_total;n=(\d+):(\d+)\|c$/.exec(line) ?? [];
      if (n !== undefined) sums.set(n, (sums.get(n) ?? 0) + Number(growth));
    }
    expect(sums.size).toBe(2_000);
    expect([...sums].filter(([, sum]) => sum !== 30)).toEqual([]);
  });
});

describe('a server over UDP that is away', () => {
  it('exports over UDP succeed while the server is away, and arrive once it is back', async () => {
    const server = await startStatsd('udp');
    const { collector, warnings } = await collectorFor(server, {
      protocol: 'udp',
    });
    const calls = collector.counter('calls_total');
    const counted = async () =>
      (await server.totals()).counters['app_calls_total'];
    calls.inc(1);
    await collector.flush();
    await waitFor(async () => (await counted()) === 1, 'the first', 10);
    await server.kill();
    calls.inc(10);
    await collector.flush();
    await server.start();
    calls.inc(100);
    await collector.flush();
    await waitFor(
      async () => {
        const { counters } = await server.totals();
        return counters['app_calls_total'] === 101;
      },
      'what came before and after',
      10,
    );
    expect(warnings).toEqual([]);
  });
});
