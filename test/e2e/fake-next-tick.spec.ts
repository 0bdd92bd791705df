import { symlinkSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { AppFolder } from '../support/app-folder.js';

const NEST = {
  11: fileURLToPath(new URL('../nest11/node_modules/@nestjs', import.meta.url)),
  12: fileURLToPath(new URL('../../node_modules/@nestjs', import.meta.url)),
};

/** All that sinon can fake. Jest fakes the same by default. */
const FAKED = `[
  'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'setImmediate', 'clearImmediate',
  'Date', 'hrtime', 'performance', 'nextTick', 'queueMicrotask',
]`;

/** An app that fakes everything once it has started. In a process of its own: a test runner stops without `nextTick`. */
const appOf = (create: string, clock: string, steps: string) => `
  import 'reflect-metadata';
  import http from 'node:http';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { ExpressAdapter } from '@nestjs/platform-express';
  import { FastifyAdapter } from '@nestjs/platform-fastify';
  import { install } from '@sinonjs/fake-timers';
  import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';

  const say = (text) => process._rawDebug(text);
  const exporter = { name: 'own', export: () => say('exported') };
  class AppModule {}
  Module({ imports: [MetricsModule.forRoot({ http: true, exporters: [exporter] })] })(AppModule);
  const logger = false;
  const app = ${create};
  const collector = app.get(PrometheusCollector);
  for (let i = 0; i < 3_000; i++) collector.counter('c').inc({ i });
  install({ toFake: ${FAKED}, ${clock} });
  collector.gauge('g', { collect: async () => 1 });
  ${steps}
  // No timer of the process is left to keep it alive.
  process.exit();
`;

const get = `(path) => new Promise((resolve, reject) => {
    const { port } = app.getHttpServer().address();
    http.get({ port, path, agent: false }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode));
    }).on('error', reject);
  })`;

/** On a frozen clock no server and no client of Node.js works: only what needs none of them is asked for. */
const WITHOUT_HTTP = `
  say('metrics ' + (await collector.metrics()).includes('tframex_g 1'));
  say('snapshot ' + ((await collector.snapshot()).metrics.length > 2));
  await collector.flush();
  say('flushed');
  say('healthy ' + (await collector.healthCheck()).healthy);
  await app.close();
  say('closed');
`;

const WITH_HTTP = `
  const get = ${get};
  say('page ' + (await get('/metrics')));
  say('probe ' + (await get('/health/live')));
  ${WITHOUT_HTTP}
`;

function folderWith(major: 11 | 12): AppFolder {
  const packages = [
    '@opentelemetry',
    '@sinonjs',
    'prom-client',
    'reflect-metadata',
    'rxjs',
    'tdigest',
  ];
  const folder = new AppFolder(packages);
  symlinkSync(NEST[major], folder.of('node_modules/@nestjs'));
  folder.install();
  return folder;
}

const ENDED = [
  'metrics true',
  'snapshot true',
  'exported',
  'flushed',
  'healthy true',
  'exported',
  'closed',
];

describe.each([11, 12] as const)(
  'on NestJS %d with fakes of all timers, of nextTick and of queueMicrotask',
  (major) => {
    test('pages, snapshots, flushes and the end of the app need no real clock', async () => {
      const folder = folderWith(major);
      const create =
        'await NestFactory.createApplicationContext(AppModule, { logger })';
      folder.write('app.js', appOf(create, '', WITHOUT_HTTP));
      const output = await folder.run('app.js');
      expect(output.trim().split('\n')).toEqual(ENDED);
    });

    test.each(['Express', 'Fastify'])(
      'an app on %s answers scrapes and closes as soon as its clock goes on',
      async (name) => {
        const folder = folderWith(major);
        const create = `await NestFactory.create(AppModule, new ${name}Adapter(), { logger });
      await app.listen(0, '127.0.0.1')`;
        folder.write(
          'app.js',
          appOf(create, 'shouldAdvanceTime: true', WITH_HTTP),
        );
        const output = await folder.run('app.js');
        expect(output.trim().split('\n')).toEqual([
          'page 200',
          'probe 200',
          ...ENDED,
        ]);
      },
    );
  },
);
