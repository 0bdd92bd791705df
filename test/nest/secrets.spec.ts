import { writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Inject, Injectable } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  AgentMetrics,
  MetricsCollector,
  MetricsExporters,
  MetricsHealthIndicator,
  MetricsModule,
  type MetricsOptions,
  PrometheusCollector,
} from '../../src/index.js';
import { PushgatewayExporter } from '../../src/exporters/pushgateway/index.js';
import { startGateway } from '../exporters/pushgateway/gateway-server.js';
import { makeCertificate } from '../support/certificates.js';
import { startOtlpBackend } from '../support/otlp-backend.js';
import { tempFolder } from '../support/temp.js';
import { ADAPTERS, startApp } from './support/app.js';

/** Where a secret is kept, and how an option names it. */
const PLACES = {
  inline: (text: string) => text,
  'in a file': (text: string) => {
    const file = join(tempFolder(), 'secret');
    writeFileSync(file, text);
    return { file };
  },
  'in the environment': (text: string) => {
    const env = `METRICS_TEST_${variables++}`;
    process.env[env] = text;
    onTestFinished(() => void delete process.env[env]);
    return { env };
  },
};

let variables = 0;

type Place = (typeof PLACES)[keyof typeof PLACES];

/** Injects what the module exports, as a class of an app does. */
@Injectable()
class Holder {
  constructor(
    @Inject(PrometheusCollector) readonly prometheus: PrometheusCollector,
    @Inject(MetricsCollector) readonly collector: MetricsCollector,
    @Inject(MetricsExporters) readonly exporters: MetricsExporters,
    @Inject(MetricsHealthIndicator) readonly health: MetricsHealthIndicator,
    @Inject(AgentMetrics) readonly agents: AgentMetrics,
  ) {}
}

/** Secrets by where they are given, each as a text that is found nowhere else. */
const SECRETS = {
  token: 'MARK-token',
  nextToken: 'MARK-next-token',
  password: 'MARK-password',
  healthToken: 'MARK-health-token',
  passphrase: 'MARK-passphrase',
  otlpHeader: 'MARK-otlp-header',
  otlpQuery: 'MARK-otlp-query',
  pushPassword: 'MARK-push-password',
  pushHeader: 'MARK-push-header',
  urlUser: 'MARK-url-user',
  urlPassword: 'MARK-url-password',
};

/** The second line of a PEM: enough to tell it, and in no other one. */
const lineOf = (pem: string) => pem.split('\n')[2]!;

/** Certificates for all that speaks TLS. */
function makePems() {
  const folder = tempFolder();
  const authority = makeCertificate(folder, 'authority');
  const { passphrase } = SECRETS;
  return {
    authority,
    server: makeCertificate(folder, 'server', authority, passphrase),
    backend: makeCertificate(folder, 'backend', authority),
    client: makeCertificate(folder, 'client', authority),
  };
}

type Pems = ReturnType<typeof makePems>;

function optionsOf(
  keep: Place,
  { authority, server, client }: Pems,
  otlpUrl: string,
  gateway: string,
): MetricsOptions {
  const s = SECRETS;
  return {
    prometheus: {
      port: 0,
      host: '127.0.0.1',
      access: {
        bearerToken: [keep(s.token), keep(s.nextToken)],
        basicAuth: { username: 'prom', password: keep(s.password) },
      },
      tls: {
        cert: keep(server.cert),
        key: keep(server.key),
        passphrase: keep(s.passphrase),
        clientCa: keep(authority.cert),
      },
    },
    health: { access: { bearerToken: keep(s.healthToken) } },
    otlp: {
      url: `${otlpUrl}?key=${s.otlpQuery}`,
      headers: { 'api-key': keep(s.otlpHeader) },
      tls: {
        ca: keep(authority.cert),
        cert: keep(client.cert),
        key: keep(client.key),
      },
      interval: false,
    },
    pushgateway: {
      url: `http://${gateway}`,
      jobName: 'job',
      basicAuth: { username: 'push', password: keep(s.pushPassword) },
      headers: { 'X-Key': keep(s.pushHeader) },
      interval: false,
    },
    statsd: { port: 9, interval: false },
  };
}

/** What the modules of the app hold, without what is Nest's own, by the names of modules and tokens. */
function injectablesOf(modules: ModulesContainer): [string, unknown][] {
  return [...modules.values()]
    .filter(({ metatype: { name } }) => /^(App|Metrics|Readiness)/.test(name))
    .flatMap(({ metatype, providers }) =>
      [...providers].map(([token, { instance }]): [string, unknown] => [
        `${metatype.name} ${typeof token === 'function' ? token.name : String(token)}`,
        instance,
      ]),
    )
    .filter(([name]) => !/ (ModuleRef|ApplicationConfig)$/.test(name));
}

/** Where a text has a secret, with what stands before it. */
function aroundIn(text: string, secret: string): string[] {
  const at = text.indexOf(secret);
  return at < 0 ? [] : [text.slice(Math.max(0, at - 300), at + 30)];
}

function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    // It refers to itself.
    return '';
  }
}

const SHOW_ALL = { showHidden: true, maxStringLength: null } as const;

/** The ways in which the module gets its options. */
const WAYS = {
  forRoot: (options: MetricsOptions) => MetricsModule.forRoot(options),
  useFactory: (options: MetricsOptions) =>
    MetricsModule.forRootAsync({ useFactory: async () => options }),
  useClass: (options: MetricsOptions) =>
    MetricsModule.forRootAsync({
      useClass: class Config {
        createMetricsOptions = () => options;
      },
    }),
};

/** With what a test inspects: to a depth of 12, much of the framework is shown, for each injectable again. */
const CASES = [
  ['inline', 'forRoot', 6, /./, ADAPTERS[1]],
  ['inline', 'useFactory', 6, /./, ADAPTERS[0]],
  ['inline', 'useClass', 6, /./, ADAPTERS[0]],
  ['in a file', 'useFactory', 6, /./, ADAPTERS[0]],
  ['in the environment', 'useClass', 6, /./, ADAPTERS[0]],
  [
    'inline',
    'forRoot',
    12,
    / (MetricsModule|PrometheusCollector|MetricsExporters|.*(:|_)OPTIONS.*|.*:endpoint.*)$/i,
    ADAPTERS[0],
  ],
] as const;

describe('secrets of an app', () => {
  test.each(CASES)(
    'secrets given %s, by %s, are shown by no injectable inspected to a depth of %d',
    async (place, way, depth, which, [, adapter]) => {
      const keep = PLACES[place];
      const pems = makePems();
      const { cert, key } = pems.backend;
      const otlp = await startOtlpBackend({ tls: { cert, key } });
      const gateway = await startGateway();
      const options = optionsOf(keep, pems, otlp.url, gateway.host);
      const { app } = await startApp(
        { imports: [WAYS[way](options)], providers: [Holder] },
        adapter,
      );
      const { prometheus, exporters } = app.get(Holder);
      const url = `http://${SECRETS.urlUser}:${SECRETS.urlPassword}@${gateway.host}`;
      await exporters.add(
        new PushgatewayExporter(
          { name: 'second', url, jobName: 'job', interval: false },
          prometheus,
        ),
      );
      await prometheus.flush();
      expect(otlp.requests[0]!.headers['api-key']).toBe(SECRETS.otlpHeader);
      const agent = new Agent({ keepAlive: true });
      onTestFinished(() => agent.destroy());
      expect(await scrape(prometheus, pems, agent)).toBe(200);

      const secrets = [
        'MARK',
        ...Object.values(pems).flatMap((pem) =>
          [pem.cert, pem.key].map(lineOf),
        ),
      ];
      const injectables = injectablesOf(app.get(ModulesContainer)).filter(
        ([name]) => which.test(name),
      );
      expect(injectables.length).toBeGreaterThan(3);
      for (const [name, instance] of injectables) {
        const shown = [
          inspect(instance, { depth, ...SHOW_ALL }),
          inspect(instance, { depth: 5, ...SHOW_ALL, customInspect: false }),
          jsonOf(instance),
        ];
        for (const text of shown) {
          const leaks = secrets.flatMap((secret) => aroundIn(text, secret));
          expect(leaks, name).toEqual([]);
        }
      }
    },
    // A bound for a slow machine.
    240_000,
  );
});

function scrape(
  collector: PrometheusCollector,
  { authority, client: { cert, key } }: Pems,
  agent: Agent,
): Promise<number> {
  return collector.healthCheck().then(
    ({ endpoint }) =>
      new Promise((resolve, reject) => {
        const headers = { authorization: `Bearer ${SECRETS.token}` };
        const options = { agent, headers, ca: authority.cert, cert, key };
        get(endpoint, options, (res) => {
          res.resume();
          res.once('end', () => resolve(res.statusCode!));
        }).once('error', reject);
      }),
  );
}
