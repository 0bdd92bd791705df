import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OptionsError } from '../../../src/core/errors.js';
import { counterOf, valueSeries } from '../../support/snapshots.js';
import { StatsdExporter } from '../../../src/exporters/statsd/statsd-exporter.js';
import { exported, linesOf, started } from './exporting.js';
import { receiveUdp } from './receivers.js';
import { withLink } from '../../../src/core/message-links.js';

const VARIABLES = {
  DD_ENV: 'staging',
  DD_SERVICE: 'assistant',
  DD_VERSION: '1.2.3',
  DD_ENTITY_ID: 'pod-1',
  DD_EXTERNAL_ENV: 'it-false,cn-app',
  DD_CARDINALITY: 'low',
};

const stub = (variables: Record<string, string>) => {
  for (const [name, value] of Object.entries(variables)) {
    vi.stubEnv(name, value);
  }
};

const metrics = [
  counterOf('runs_total', valueSeries(1, { agent: 'a', env: 'own' })),
];

beforeEach(() => {
  // The id of the container depends on the machine.
  vi.stubEnv('DD_ORIGIN_DETECTION_ENABLED', 'false');
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe('the variables of Datadog', () => {
  it('variables of Datadog become tags and fields, except for labels of the same name', async () => {
    stub(VARIABLES);
    const [line] = await linesOf({}, metrics);
    const [value, type, tags, ...fields] = line!.split('|');
    expect([value, type]).toEqual(['runs_total:1', 'c']);
    expect(tags!.slice(1).split(',').sort()).toEqual([
      'agent:a',
      'dd.internal.entity_id:pod-1',
      'env:own',
      'service:assistant',
      'version:1.2.3',
    ]);
    expect(fields).toEqual(['e:it-false,cn-app', 'card:low']);
  });

  it.each([
    ['telegraf', 'runs_total,agent=a,env=own:1|c'],
    ['graphite', 'runs_total;agent=a;env=own:1|c'],
  ] as const)(
    'variables of Datadog have no effect with tags of %s',
    async (tags, line) => {
      stub({ ...VARIABLES, DD_TAGS: 'team:x', DD_AGENT_HOST: 'agent' });
      expect(await linesOf({ tags }, metrics)).toEqual([line]);
    },
  );

  it('DD_TAGS lists tags, separated by commas or blanks, that other variables and labels replace', async () => {
    stub({ DD_TAGS: 'team:x y,env:listed, plain', DD_ENV: 'staging' });
    const runs = [counterOf('runs_total', valueSeries(1))];
    expect(await linesOf({}, runs)).toEqual([
      'runs_total:1|c|#team:x y,plain,env:staging',
    ]);
    stub({ DD_TAGS: 'team:x  env:listed', DD_ENV: '' });
    expect(await linesOf({}, runs)).toEqual([
      'runs_total:1|c|#team:x,env:listed',
    ]);
    expect(await linesOf({}, metrics)).toEqual([
      'runs_total:1|c|#team:x,agent:a,env:own',
    ]);
  });

  it('variables of Datadog never break a line', async () => {
    stub({ DD_VERSION: 'a:b,c|d\n', DD_EXTERNAL_ENV: ' it|x\n:y ' });
    const runs = [counterOf('runs_total', valueSeries(1))];
    expect(await linesOf({}, runs)).toEqual([
      'runs_total:1|c|#version:a_b_c_d_|e:itx:y',
    ]);
  });

  it.each(['DD_CARDINALITY', 'DATADOG_CARDINALITY'])(
    '%s alone adds its field',
    async (variable) => {
      stub({ [variable]: 'Low' });
      const runs = [counterOf('runs_total', valueSeries(1))];
      expect(await linesOf({}, runs)).toEqual(['runs_total:1|c|card:low']);
    },
  );

  it.each(['DD_CARDINALITY', 'DATADOG_CARDINALITY'])(
    'an unknown %s is ignored with a warning',
    async (variable) => {
      const warn = vi.fn();
      stub({ [variable]: 'all' });
      const receiver = await receiveUdp();
      const { port } = receiver;
      const exporter = new StatsdExporter({ host: '127.0.0.1', port });
      await exporter.start({ warn });
      await exported(exporter, metrics);
      expect(await receiver.lines()).toEqual([
        'runs_total:1|c|#agent:a,env:own',
      ]);
      expect(warn.mock.calls).toEqual([
        [
          withLink(
            `The variable ${variable} is 'all'; expected 'none' or 'low' or 'orchestrator' or 'high'; it is ignored`,
            'ignored_variable',
          ),
        ],
      ]);
    },
  );

  it('DD_AGENT_HOST and DD_DOGSTATSD_PORT are the address of the server', async () => {
    const receiver = await receiveUdp();
    stub({
      DD_AGENT_HOST: '127.0.0.1',
      DD_DOGSTATSD_PORT: String(receiver.port),
    });
    await exported(await started({ tags: 'telegraf' }), metrics);
    expect(await receiver.lines()).toEqual(['runs_total,agent=a,env=own:1|c']);
  });

  it.each([
    { DD_AGENT_HOST: 'nowhere.invalid', DD_DOGSTATSD_PORT: '1' },
    { DD_AGENT_HOST: '[::1]', DD_DOGSTATSD_PORT: '99999' },
  ])(
    'options take precedence over variables of Datadog: %j',
    async (variables) => {
      stub(variables);
      expect(await linesOf({ tags: 'graphite' }, metrics)).toHaveLength(1);
    },
  );

  it('empty variables of Datadog count as absent', async () => {
    stub({ DD_AGENT_HOST: '', DD_DOGSTATSD_PORT: '' });
    await started({});
  });

  it.each<[Record<string, string>, string]>([
    [
      { DD_DOGSTATSD_PORT: '99999' },
      'The variable DD_DOGSTATSD_PORT is 99999; expected an integer from 1 to 65535',
    ],
    [
      { DD_DOGSTATSD_PORT: 'abc' },
      "The variable DD_DOGSTATSD_PORT is 'abc'; expected an integer from 1 to 65535",
    ],
    [
      { DD_AGENT_HOST: 'http://agent' },
      `The variable DD_AGENT_HOST is 'http://agent'; expected the name of a host or an IP address, without brackets, "http://" and a port`,
    ],
  ])('an exporter does not start with %j', async (variables, message) => {
    stub(variables);
    const start = started({});
    await expect(start).rejects.toThrow(OptionsError);
    await expect(start).rejects.toThrow(message);
  });

  it('wrong variables of Datadog print nothing to the console', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
    const printed = methods.map((name) => vi.spyOn(console, name));
    stub({
      DD_DOGSTATSD_URL: 'tcp://?',
      DD_DOGSTATSD_SOCKET: ' ',
      DD_CARDINALITY: 'all',
    });
    expect(await linesOf({}, metrics)).toEqual([
      'runs_total:1|c|#agent:a,env:own',
    ]);
    for (const print of printed) expect(print).not.toHaveBeenCalled();
  });
});
