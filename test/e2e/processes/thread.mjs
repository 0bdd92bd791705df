/** The work of a thread of the pool. */
import { NestFactory } from '@nestjs/core';
import { PrometheusCollector } from 'nestjs-agent-metrics';
import { appModule, Work } from './app.mjs';

const app = NestFactory.createApplicationContext(
  appModule({ prometheus: { port: undefined } }),
  { logger: ['warn', 'error'] },
);

export default async function run(task) {
  const context = await app;
  return task === 'page'
    ? context.get(PrometheusCollector).metrics()
    : context.get(Work).do();
}
