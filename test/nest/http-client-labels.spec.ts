import { get } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { MetricsOptions } from '../../src/index.js';
import { metricsOf } from '../../src/testing/index.js';
import {
  answerByPath,
  CLIENTS,
  sendByFetch,
  serve,
} from './support/clients.js';
import { DURATION, eventually, start } from './support/outgoing.js';

describe('the label host', () => {
  /** Requests to one server that go by other names. */
  async function sendTo(hosts: string[]): Promise<void> {
    const { url } = await serve(answerByPath);
    for (const host of hosts) {
      await new Promise<void>((resolve, reject) =>
        get(`${url}/204`, { headers: { host } }, (response) =>
          response.resume().on('close', resolve),
        ).on('error', reject),
      );
    }
  }

  const numbered = (count: number) =>
    Array.from({ length: count }, (_, i) => `host-${i}.test`);

  const named = (host: string, count = 1) =>
    `{host="${host}",method="GET",status_code="204"} ${count}`;

  test('the label host has a port unless it is the default one, and no capitals', async () => {
    const { countsBecome } = await start();
    await sendTo(['a.test:80', 'B.test', 'c.test:443', '[::1]:8080', 'd e']);
    await countsBecome(
      ['a.test', 'b.test', 'c.test:443', '[::1]:8080', 'other'].map((host) =>
        named(host),
      ),
    );
  });

  test('the label host names the first 50 hosts unless told otherwise', async () => {
    const { countsBecome } = await start();
    await sendTo([...numbered(60), 'host-0.test']);
    await countsBecome([
      named('host-0.test', 2),
      ...numbered(50)
        .slice(1)
        .map((host) => named(host)),
      named('other', 10),
    ]);
  });

  test.each(CLIENTS)(
    'the label host of %s names as many hosts as maxHosts',
    async (_name, send) => {
      const { countsBecome } = await start({ maxHosts: 2 });
      const servers = [];
      for (let i = 0; i < 4; i++) {
        const server = await serve(answerByPath);
        servers.push(server.host);
        await send(`${server.url}/204`);
        await countsBecome(
          [...servers.slice(0, 2), ...(i > 1 ? ['other'] : [])].map((host) =>
            named(host, host === 'other' ? i - 1 : 1),
          ),
        );
      }
    },
  );

  test('the label host names the hosts of the list only', async () => {
    const { countsBecome } = await start({
      hosts: ['api.test', 'ollama.test:11434', /\.azure\.test$/g],
    });
    await sendTo([
      'api.test',
      'api.test:8080',
      'ollama.test:11434',
      'ollama.test',
      'eu.azure.test',
      'eu.azure.test',
      'azure.test.example',
    ]);
    await countsBecome([
      named('api.test'),
      named('ollama.test:11434'),
      named('eu.azure.test', 2),
      named('other', 3),
    ]);
  });

  test('the label host counts only those that are not listed by name against maxHosts', async () => {
    const { countsBecome } = await start({
      hosts: [/^host-/, 'last.test'],
      maxHosts: 1,
    });
    await sendTo([...numbered(3), 'last.test']);
    await countsBecome([
      named('host-0.test'),
      named('other', 2),
      named('last.test'),
    ]);
  });

  test('the label host is always "other" where no host is listed', async () => {
    const { countsBecome } = await start({ hosts: [] });
    await sendTo(numbered(3));
    await countsBecome([named('other', 3)]);
  });
});

describe('the buckets', () => {
  test.each<[string, MetricsOptions['buckets'], number[]]>([
    [
      'are those of the semantic conventions',
      undefined,
      [
        0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5,
        10,
      ],
    ],
    ['can be set by the name of the metric', { [DURATION]: [1, 60] }, [1, 60]],
    [
      'can be set by the whole name of the metric',
      { [`ns_${DURATION}`]: [2, 30] },
      [2, 30],
    ],
  ])(
    'the buckets of HTTP client requests %s',
    async (_name, buckets, expected) => {
      const { url } = await serve(answerByPath);
      const { collector } = await start(true, {
        namespace: 'ns',
        ...(buckets && { buckets }),
      });
      await sendByFetch(`${url}/204`);
      const reading = await eventually(async () => {
        const histogram = metricsOf(collector).histogram(DURATION);
        expect(histogram.count).toBe(1);
        return histogram;
      });
      const bounds = reading.buckets.map(({ le }) => le);
      expect(bounds).toEqual([...expected, Infinity]);
    },
  );
});
