/**
 * A NestJS app with many series, in a process of its own: `app.mjs <adapter> <series> <scrapeTimeout>`.
 * Tells its port by IPC, and does what it is asked.
 */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';

const [adapter = 'express', series = '100000', scrapeTimeout = '10000'] =
  process.argv.slice(2);

/** Series that are made between two turns of the event loop. */
const AT_ONCE = 500;

class WorkController {
  work() {
    worked.inc({ route: '/work' });
    return { done: true };
  }
}
Get('work')(
  WorkController.prototype,
  'work',
  Object.getOwnPropertyDescriptor(WorkController.prototype, 'work'),
);
Controller()(WorkController);

class AppModule {}
Module({
  imports: [
    MetricsModule.forRoot({
      namespace: '',
      http: true,
      maxSeriesPerMetric: Number(series),
      prometheus: { scrapeTimeout: Number(scrapeTimeout) },
    }),
  ],
  controllers: [WorkController],
})(AppModule);

const app = await NestFactory.create(AppModule, await adapterOf(adapter), {
  logger: false,
});
const collector = app.get(PrometheusCollector);
const worked = collector.counter('worked_total');
const load = collector.counter('load_total');
const churn = collector.counter('churn_total');
let churned = 0;
let clears = 0;
let running = 0;
app.getHttpServer().on('request', (_req, res) => {
  running++;
  res.once('close', () => running--);
});
await fill();
await app.listen(0, '127.0.0.1');

const delays = monitorEventLoopDelay({ resolution: 1 });
delays.enable();
let utilization = performance.eventLoopUtilization();

const commands = {
  /** Bytes after garbage was collected. */
  memory: async () => {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return process.memoryUsage();
  },
  /** Of the event loop since the last time: the share of time at work, and delays in milliseconds. */
  loop: () => {
    const now = performance.eventLoopUtilization();
    const { utilization: busy } = performance.eventLoopUtilization(
      now,
      utilization,
    );
    utilization = now;
    const [p99, max] = [delays.percentile(99) / 1e6, delays.max / 1e6];
    delays.reset();
    return { busy, p99, max };
  },
  /** How many requests the server answers now. */
  requests: () => running,
  churn: () => {
    for (let i = 0; i < 100; i++) churn.inc({ id: churned++ % 50_000 });
  },
  clear: async () => {
    collector.clearMetrics();
    clears++;
    await fill();
  },
};

process.on('message', async ({ id, command }) => {
  process.send({ id, result: await commands[command]() });
});
process.on('disconnect', () => process.exit());
process.send({ result: { port: app.getHttpServer().address().port } });

async function fill() {
  const path = 'a/path/of/an/ordinary/length';
  for (let i = 0; i < Number(series); i++) {
    load.inc({ i, path, status: '200', clears });
    if (i % AT_ONCE === 0)
      await new Promise((resolve) => setImmediate(resolve));
  }
}

async function adapterOf(name) {
  if (name === 'fastify') {
    const { FastifyAdapter } = await import('@nestjs/platform-fastify');
    return new FastifyAdapter();
  }
  const { ExpressAdapter } = await import('@nestjs/platform-express');
  return new ExpressAdapter();
}
