import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';
import { runCell } from '../lib/cell.mjs';
import { BUCKETS } from '../lib/ours.mjs';
import { failed, limit, share } from '../lib/rows.mjs';

export const title = 'Live page';

export const cells = { sampling, recording };

/** Milliseconds between two samples here: the shortest interval, so that a measurement has many. */
const INTERVAL = 1_000;

/** Milliseconds between two samples by default. */
const DEFAULT_INTERVAL = 5_000;

/** The CPU that the app takes without readers of the page, with and without samples: per cent of a core, at the default interval. */
async function sampling({ series, rounds, isLive }) {
  const { app, change } = await opened(series, isLive);
  const found = [];
  // The first rounds warm up.
  for (let round = -2; round < rounds; round++) {
    const before = process.cpuUsage();
    const start = performance.now();
    // One change of the values for each sample.
    for (let i = 0; i < 5; i++) {
      change(round * 5 + i);
      await sleep(INTERVAL);
    }
    const { user, system } = process.cpuUsage(before);
    const core = (user + system) / 1_000 / (performance.now() - start);
    if (round >= 0) found.push((core * 100 * INTERVAL) / DEFAULT_INTERVAL);
  }
  await app.close();
  return found;
}

/** Nanoseconds of a recording in a known series, in an app with the page and in one without it, one round after the other. */
async function recording({ series, rounds }) {
  const apps = [await opened(series, true), await opened(series, false)];
  const found = [[], []];
  for (let round = -5; round < rounds; round++) {
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    for (const i of order) {
      const start = performance.now();
      for (let at = 0; at < 10; at++) apps[i].change(at);
      const ns = ((performance.now() - start) * 1e6) / series;
      if (round >= 0) found[i].push(ns);
    }
    // Samples are taken between the rounds.
    await sleep(50);
  }
  for (const { app } of apps) await app.close();
  const [ours, bare] = found;
  return { ours, bare };
}

/** An app with so many series, half of them counters and half of them histograms, of which a tenth changes at a time. */
async function opened(series, isLive) {
  class AppModule {}
  const options = {
    maxSeriesPerMetric: series,
    live: isLive && { interval: INTERVAL },
  };
  Module({ imports: [MetricsModule.forRoot(options)] })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.init();
  const collector = app.get(PrometheusCollector);
  const counter = collector.counter('bench_total');
  const histogram = collector.histogram('bench_seconds', { buckets: BUCKETS });
  const half = series / 2;
  const all = Array.from({ length: half }, (_, i) => {
    const labels = { id: `series-${i}` };
    return [counter.labels(labels), histogram.labels(labels)];
  });
  for (const [count, seconds] of all) {
    count.inc();
    seconds.observe(0.1);
  }
  const change = (round) => {
    for (let i = Math.abs(round) % 10; i < half; i += 10) {
      const [count, seconds] = all[i];
      count.inc(2);
      seconds.observe(((i * 7919 + round * 31) % 1000) / 997);
    }
  };
  return { app, change };
}

/** @param {boolean} quick */
export async function* rows(quick) {
  const rounds = quick ? 2 : 6;
  const measure = (cell, params) => runCell(import.meta.url, cell, params);
  const name = '5,000 series, no reader: CPU of samples every 5 s';
  try {
    const [ours, bare] = [
      await measure('sampling', { series: 5_000, rounds, isLive: true }),
      await measure('sampling', { series: 5_000, rounds, isLive: false }),
    ];
    yield limit({
      name,
      unit: '% of a core',
      ours: ours.map((one, i) => Math.max(0, one - bare[i])),
      atMost: 0.5,
      note: 'less what the same app takes without the page',
    });
  } catch (error) {
    yield failed(name, error);
  }
  const known = 'a recording while samples are taken';
  try {
    const params = { series: 5_000, rounds: quick ? 20 : 100 };
    const { ours, bare } = await measure('recording', params);
    yield share({
      name: known,
      unit: 'ns',
      ours,
      of: bare,
      atMost: 1.1,
      note: 'over the same recording without the page',
    });
  } catch (error) {
    yield failed(known, error);
  }
}
