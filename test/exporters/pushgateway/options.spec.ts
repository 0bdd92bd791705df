import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { PushgatewayExporter } from '../../../src/exporters/pushgateway/pushgateway-exporter.js';
import type { PushgatewayOptions } from '../../../src/exporters/pushgateway/pushgateway.options.js';
import { MetricsModule } from '../../../src/nest/metrics.module.js';
import { makeCollector } from '../../support/collector.js';
import { OptionsError } from '../../../src/core/errors.js';

const page = { metrics: async () => '' };

const make = (options: object) =>
  new PushgatewayExporter(
    { jobName: 'job', ...options } as PushgatewayOptions,
    page,
  );

describe('the options of a Pushgateway', () => {
  it('a Pushgateway requires a job name and no other option', () => {
    const exporter = make({});
    expect(exporter).toMatchObject({
      name: 'pushgateway',
      interval: 60_000,
      timeout: 10_000,
      flushAtShutdown: true,
    });
  });

  it('an undefined option of a Pushgateway keeps its default', () => {
    expect(make({ url: undefined, interval: undefined }).interval).toBe(60_000);
  });

  it.each<[object, string]>([
    [
      { jobName: undefined },
      'pushgateway.jobName is undefined; expected a text that is not empty',
    ],
    [{ jobName: '' }, "pushgateway.jobName is ''"],
    [{ jobName: 7 }, 'pushgateway.jobName is 7'],
    [
      { url: 'pushgateway:9091' },
      'pushgateway.url is \'pushgateway:9091\'; expected a URL like http://pushgateway:9091, without "?" and "#"',
    ],
    [{ url: 'http://pushgateway:9091?a=b' }, 'pushgateway.url is '],
    [{ url: 9091 }, 'pushgateway.url is 9091'],
    [{ method: 'put' }, "expected 'push' or 'pushAdd'"],
    [{ atShutdown: false }, "expected 'push' or 'delete' or 'nothing'"],
    [{ interval: true }, 'pushgateway.interval is true; expected a number of'],
    [{ timeout: 0 }, 'pushgateway.timeout is 0'],
    [
      { groupings: ['a'] },
      'pushgateway.groupings is an array; expected an object of label names and their values',
    ],
    [
      { groupings: { job: 'x' } },
      'A name in pushgateway.groupings is \'job\'; expected a label name other than job, le, quantile, and without "__" in front',
    ],
    [{ groupings: { 'a-b': 'x' } }, "A name in pushgateway.groupings is 'a-b'"],
    [{ groupings: { __a: 'x' } }, "A name in pushgateway.groupings is '__a'"],
    [
      { groupings: { shard: 1 } },
      'pushgateway.groupings.shard is 1; expected a text',
    ],
    [
      { headers: { 'Content-Encoding': 'gzip' } },
      "A name in pushgateway.headers is 'Content-Encoding'",
    ],
    [{ headers: { 'a b': 'x' } }, "A name in pushgateway.headers is 'a b'"],
    [
      { basicAuth: { username: 'a' } },
      'pushgateway.basicAuth has no password; expected username and password',
    ],
    [{ name: 'a b' }, "pushgateway.name is 'a b'; expected a name of letters"],
    [
      {
        basicAuth: { username: 'a', password: 'b' },
        headers: { authorization: 'Bearer x' },
      },
      'there is pushgateway.basicAuth, and pushgateway.headers has an Authorization; give one of them',
    ],
    [
      {
        url: 'http://a:b@host',
        basicAuth: { username: 'a', password: 'b' },
      },
      'pushgateway.url has a name or a password, and there is pushgateway.basicAuth; give one of them',
    ],
    [
      { url: 'http://a:b@host', headers: { Authorization: 'Bearer x' } },
      'pushgateway.url has a name or a password, and pushgateway.headers has an Authorization; give one of them',
    ],
    [{ registry: 1 }, 'pushgateway.registry is not an option'],
  ])(
    'a wrong option of a Pushgateway is refused with the reason: %j',
    (options, message) => {
      expect(() => make(options)).toThrow(OptionsError);
      expect(() => make(options)).toThrow(message);
    },
  );

  it('two Pushgateways of a collector have two names', async () => {
    const { collector } = makeCollector();
    await collector.addExporter(make({}));
    await expect(collector.addExporter(make({}))).rejects.toThrow(
      /is named "pushgateway", as another exporter is/,
    );
    await collector.addExporter(make({ name: 'second' }));
  });

  it('pushgateway may be false in the options of the module', () => {
    const forRoot = (pushgateway: unknown) => () =>
      MetricsModule.forRoot({ pushgateway: pushgateway as false });
    expect(forRoot(false)).not.toThrow();
    expect(forRoot(true)).toThrow(/^pushgateway is a boolean; expected an obj/);
  });

  it('an error names the path of the wrong option of a Pushgateway', () => {
    expect(
      () => new PushgatewayExporter({ jobName: '' }, page, 'backends[1]'),
    ).toThrow(/^backends\[1\]\.jobName/);
  });

  it.each<object>([
    { url: 'http://user:hunter2@host:port' },
    { url: 'http://user:hunter2@host?' },
    { url: 'user:hunter2@host' },
    {
      url: 'http://user:hunter2@host',
      basicAuth: { username: 'user', password: 'hunter2' },
    },
    { basicAuth: { username: 'hunter2:', password: 'hunter2' } },
    { basicAuth: { username: 'user', password: 'hunter2\n' } },
    { headers: { Authorization: 'Bearer hunter2\r\nX: y' } },
    { headers: { Authorization: ['hunter2'] } },
    { headers: ['hunter2'] },
    { headers: 'hunter2' },
  ])(
    'an error about an option of a Pushgateway shows no secret: %j',
    (options) => {
      let message = '';
      try {
        make(options);
      } catch (error) {
        message = inspect(error);
      }
      expect(message).toContain('OptionsError');
      expect(message).not.toContain('hunter2');
    },
  );

  it('an error shows no URL that is given in place of the options of a Pushgateway', () => {
    const url = 'http://user:hunter2@host' as unknown as PushgatewayOptions;
    expect(() => new PushgatewayExporter(url, page)).toThrow(
      'pushgateway is a string; expected an object with url, jobName and other options',
    );
  });

  it('a PushgatewayExporter that is inspected shows no secret', () => {
    const shown = [
      make({ url: 'http://user:hunter2@host' }),
      make({
        basicAuth: { username: 'user', password: 'hunter2' },
        headers: { 'X-Token': 'hunter2' },
      }),
    ].map((exporter) => [
      inspect(exporter, { depth: 9, showHidden: true }),
      JSON.stringify(exporter),
    ]);
    expect(shown.join()).not.toContain('hunter2');
  });
});
