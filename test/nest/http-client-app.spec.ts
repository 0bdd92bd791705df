import { channel, hasSubscribers } from 'node:diagnostics_channel';
import process from 'node:process';
import { Test } from '@nestjs/testing';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  MetricsCollector,
  MetricsModule,
  type MetricsOptions,
  OptionsError,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import {
  answerByPath,
  CLIENTS,
  sendByFetch,
  sendByNode,
  serve,
} from './support/clients.js';
import {
  DURATION,
  eventually,
  start,
  startModule,
} from './support/outgoing.js';

const CHANNELS = [
  'undici:request:create',
  'undici:request:headers',
  'undici:request:trailers',
  'undici:request:error',
  'http.client.request.created',
  'http.client.request.start',
  'http.client.response.finish',
  'http.client.request.error',
];

const subscribedChannels = () =>
  CHANNELS.filter((name) => hasSubscribers(name));

describe('an app', () => {
  test('an app leaves the channels when it is closed', async () => {
    expect(subscribedChannels()).toEqual([]);
    for (let i = 0; i < 50; i++) {
      const { module } = await start();
      expect(subscribedChannels()).toEqual(CHANNELS);
      await module.close();
      expect(subscribedChannels()).toEqual([]);
    }
  });

  test('an app records nothing after it was closed, also of requests that had begun', async () => {
    let end = () => {};
    const { url } = await serve((_request, response) => {
      response.write('first');
      end = () => response.end('last');
    });
    const { module, counts } = await start();
    const sent = sendByFetch(url, {
      onHead: () => void module.close().then(() => end()),
    });
    expect(await sent).toBe(200);
    expect(await counts()).toEqual([]);
  });

  test('an app does not listen unless it is asked to', async () => {
    await start(false);
    await start(true, { enabled: false });
    await startModule([MetricsModule.forRoot({ namespace: '' })]);
    expect(subscribedChannels()).toEqual([]);
  });

  test('an app records all requests of the process, as every other that listens does', async () => {
    const { url, host } = await serve(answerByPath);
    const first = await start({ hosts: [] });
    const second = await startModule([
      MetricsModule.forRootAsync({
        useFactory: () => ({ namespace: '', httpClient: true }),
      }),
    ]);
    await sendByFetch(`${url}/204`);
    await sendByNode(`${url}/204`);
    const labels = 'method="GET",status_code="204"';
    await first.countsBecome([`{host="other",${labels}} 2`]);
    await second.countsBecome([`{host="${host}",${labels}} 2`]);

    await first.module.close();
    await sendByFetch(`${url}/204`);
    await second.countsBecome([`{host="${host}",${labels}} 3`]);
    expect(await first.counts()).toEqual([`{host="other",${labels}} 2`]);
  });

  test.each([
    [
      { httpClient: 'yes' },
      "httpClient is 'yes'; expected true, false or an object with any of: hosts, maxHosts",
    ],
    [
      { httpClient: { host: [] } },
      'httpClient.host is not an option; known here are: hosts, maxHosts',
    ],
    [
      { httpClient: { hosts: ['https://api.openai.com/v1'] } },
      'httpClient.hosts is [ \'https://api.openai.com/v1\' ]; expected a list of hosts such as "api.openai.com"',
    ],
    [{ httpClient: { hosts: ['API.openai.com'] } }, 'httpClient.hosts is'],
    [{ httpClient: { hosts: 'api.openai.com' } }, 'httpClient.hosts is'],
    [
      { httpClient: { maxHosts: -1 } },
      'httpClient.maxHosts is -1; expected an integer of 0 or more',
    ],
  ])('the option httpClient is refused as %o', (options, message) => {
    const configure = () => MetricsModule.forRoot(options as MetricsOptions);
    expect(configure).toThrow(OptionsError);
    expect(configure).toThrow(message);
  });
});

describe('measuring never hurts a request', () => {
  function countUncaught() {
    const uncaught = vi.fn();
    process.on('uncaughtException', uncaught);
    onTestFinished(() => void process.off('uncaughtException', uncaught));
    return uncaught;
  }

  test('measuring never hurts a request when others speak on the channels', async () => {
    const uncaught = countUncaught();
    const { url, host } = await serve(answerByPath);
    const { collector, countsBecome } = await start();
    for (const name of CHANNELS) {
      for (const message of [undefined, {}, { request: 1 }, { request: {} }]) {
        channel(name).publish(message);
      }
    }
    await sendByFetch(`${url}/204`);
    await countsBecome([`{host="${host}",method="GET",status_code="204"} 1`]);
    expect(uncaught).not.toHaveBeenCalled();
    const [errors] = await samples(collector, 'metrics_errors_total');
    expect(errors).toContain('{cause="http_client"}');
  });

  test.each(CLIENTS)(
    'measuring never hurts a request of %s when its error cannot be inspected',
    async (client, send) => {
      const uncaught = countUncaught();
      const { url, host } = await serve(answerByPath);
      const { countsBecome } = await start();
      const reason = Object.defineProperty(new Error('hostile'), 'code', {
        get: () => {
          throw new Error('no');
        },
      });
      const controller = new AbortController();
      const onHead = () => controller.abort(reason);
      const sent = send(`${url}/half`, { signal: controller.signal, onHead });
      await expect(sent).rejects.toBeDefined();
      const type = client === 'fetch' ? 'Error' : 'AbortError';
      await countsBecome([
        `{error_type="${type}",host="${host}",method="GET",status_code="200"} 1`,
      ]);
      expect(uncaught).not.toHaveBeenCalled();
    },
  );

  test.each(CLIENTS)(
    'measuring never hurts a request of %s when another metric asks for its name',
    async (_name, send) => {
      const { url } = await serve(answerByPath);
      const { collector } = await start();
      expect(() => collector.counter(DURATION)).toThrow(
        'is declared as a timer by the option httpClient',
      );
      expect(await send(`${url}/204`)).toBe(204);
      await eventually(async () =>
        expect(await samples(collector, `${DURATION}_count`)).toHaveLength(1),
      );
    },
  );

  test.each(CLIENTS)(
    'measuring never hurts a request of %s when the collector is broken',
    async (_name, send) => {
      const uncaught = countUncaught();
      const fails = vi.fn(() => {
        throw new Error('broken');
      });
      const { url } = await serve(answerByPath);
      const module = await Test.createTestingModule({
        imports: [MetricsModule.forRoot({ httpClient: true })],
      })
        .overrideProvider(MetricsCollector)
        .useValue({
          timer: fails,
          reportError: fails,
          initialize: async () => {},
          shutdown: async () => {},
        })
        .compile();
      onTestFinished(() => module.close());
      await module.init();
      expect(await send(`${url}/204`)).toBe(204);
      await eventually(async () => expect(fails).toHaveBeenCalledTimes(2));
      expect(uncaught).not.toHaveBeenCalled();
    },
  );
});
