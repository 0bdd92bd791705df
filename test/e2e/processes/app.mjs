/**
 * A NestJS app that counts its calls: `GET /call` answers with the name of the process or
 * thread. The environment says how it is served and measured.
 */
import { isMainThread, threadId } from 'node:worker_threads';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';

export const HOST = '127.0.0.1';

const { ADAPTER, GROUP, METRICS_PORT, PORT, SAVE_INTERVAL } = process.env;

/** The name of this process or thread. */
export const member = isMainThread
  ? String(process.pid)
  : `${process.pid}-${threadId}`;

/** Counts what is done, by metrics of each kind. */
export class Work {
  constructor(collector) {
    this.calls = collector.counter('calls_total');
    this.parts = collector.counter('parts_total');
    this.seconds = collector.timer('call_seconds', { buckets: [0.001, 1] });
  }

  do() {
    this.calls.inc({ kind: 'work' });
    // Fractions, whose sum depends on the order in which they are added.
    this.parts.inc(0.1);
    this.seconds.observe({ kind: 'work' }, 0.1);
    return member;
  }
}
Inject(PrometheusCollector)(Work, undefined, 0);

class WorkController {
  constructor(work) {
    this.work = work;
  }

  call() {
    return this.work.do();
  }

  /** Where the members have found one another. */
  directory() {
    return process.env.NESTJS_AGENT_METRICS_GROUP?.split('\n').at(-1);
  }
}
Inject(Work)(WorkController, undefined, 0);
for (const path of ['call', 'directory']) {
  const method = Object.getOwnPropertyDescriptor(
    WorkController.prototype,
    path,
  );
  Get(path)(WorkController.prototype, path, method);
}
Controller()(WorkController);

/** The module of the app, with further controllers. */
export function appModule({ controllers = [], ...options } = {}) {
  class AppModule {}
  Module({
    imports: [
      MetricsModule.forRoot({
        processes: GROUP !== 'off' && {
          ...(GROUP && { name: GROUP }),
          ...(SAVE_INTERVAL && { saveInterval: Number(SAVE_INTERVAL) }),
        },
        ...(METRICS_PORT && {
          prometheus: { port: Number(METRICS_PORT), host: HOST },
        }),
        ...options,
      }),
    ],
    providers: [Work],
    controllers: [WorkController, ...controllers],
  })(AppModule);
  return AppModule;
}

/** Starts the app. Returns it, and the port that it listens on. */
export async function startApp(options) {
  const app = await NestFactory.create(
    appModule(options),
    ...(ADAPTER === 'fastify' ? [new FastifyAdapter()] : []),
    { logger: ['warn', 'error'] },
  );
  app.enableShutdownHooks();
  await app.listen(Number(PORT), HOST);
  return { app, port: app.getHttpServer().address().port };
}
