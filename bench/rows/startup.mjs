import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { runCell } from '../lib/cell.mjs';
import { failed, share } from '../lib/rows.mjs';

export const title = 'Starting';

export const cells = { start };

/** NestJS itself is there before: the app needs it with any module, or none. */
const MODULES = {
  async ours() {
    const { MetricsModule } = await import('nestjs-agent-metrics');
    return MetricsModule.forRoot();
  },
  async peer() {
    const { PrometheusModule } = await import('@willsoto/nestjs-prometheus');
    return PrometheusModule.register();
  },
  async bound() {
    await import('prom-client');
  },
};

async function start({ who }) {
  const begin = performance.now();
  const module = await MODULES[who]();
  const imported = performance.now() - begin;
  class AppModule {}
  Module({ imports: module ? [module] : [] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  const created = performance.now() - begin;
  await app.close();
  return { imported, created };
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const name = 'import of the package and forRoot, cold';
  const found = { ours: [], peer: [], bound: [] };
  try {
    for (let round = -1; round < (quick ? 3 : 15); round++) {
      const order = Object.keys(found);
      if (round % 2 === 0) order.reverse();
      for (const who of order) {
        const cell = await runCell(import.meta.url, 'start', { who });
        if (round >= 0) found[who].push(cell);
      }
    }
  } catch (error) {
    return yield failed(name, error);
  }
  const of = (key) =>
    Object.fromEntries(
      Object.entries(found).map(([who, all]) => [who, all.map((c) => c[key])]),
    );
  const row = (label, { ours, peer, bound }, atMost) =>
    share({
      atMost,
      name: `${label}: @willsoto/nestjs-prometheus`,
      unit: 'ms',
      ours,
      peer,
      bound,
      of: peer,
    });
  yield row(name, of('imported'), 1);
  yield row('the same, and the app made', of('created'));
}
