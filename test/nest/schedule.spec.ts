import 'reflect-metadata';
import {
  Injectable,
  type LoggerService,
  Module,
  type ModuleMetadata,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Cron,
  Interval,
  ScheduleModule,
  SchedulerRegistry,
  Timeout,
} from '@nestjs/schedule';
import { expect, onTestFinished, test, vi } from 'vitest';
import {
  Counted,
  MetricsModule,
  NoMetrics,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { waitFor } from '../support/http.js';

@Injectable()
class Jobs {
  cronRuns = 0;
  hiddenRuns = 0;

  @Cron('* * * * * *', { name: 'cron' })
  async cron() {
    await Promise.resolve();
    this.cronRuns += 1;
  }

  @Interval('interval', 5)
  interval() {
    throw new RangeError('nothing to do');
  }

  @Counted()
  @Timeout(1)
  timeout() {
    return 'done';
  }

  @NoMetrics()
  @Timeout(1)
  hidden() {
    this.hiddenRuns += 1;
  }

  direct() {
    return this.timeout();
  }
}

const metrics = MetricsModule.forRoot({
  namespace: '',
  initialSeries: false,
  interceptor: true,
});
const schedule = ScheduleModule.forRoot();

/** An app without HTTP, as workers are; closed when the test ends. */
async function startWorker(
  imports: NonNullable<ModuleMetadata['imports']>,
  logger: LoggerService | false = false,
) {
  @Module({ imports, providers: [Jobs] })
  class AppModule {}
  const app = await NestFactory.createApplicationContext(AppModule, {
    logger,
    abortOnError: false,
  });
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  const series = async (metric: string) =>
    (await samples(collector, metric)).map((line) =>
      line.slice(0, line.lastIndexOf(' ')),
    );
  return { app, series, counted: () => series('handler_executions_total') };
}

const succeeded = (method: string) =>
  `handler_executions_total{handler="Jobs",method="${method}",status="success",transport="schedule"}`;

const INTERVAL =
  'handler_executions_total{error_type="RangeError",handler="Jobs",method="interval",status="error",transport="schedule"}';

test.each([
  ['before', [schedule, metrics]],
  ['after', [metrics, schedule]],
])(
  'the runs of jobs are measured, with the scheduler imported %s the metrics',
  async (_order, imports) => {
    const { app, series, counted } = await startWorker(imports);
    await waitFor(async () => (await counted()).length >= 3, 'all jobs to run');
    expect((await counted()).sort()).toEqual([
      INTERVAL,
      succeeded('cron'),
      succeeded('timeout'),
    ]);
    expect(await series('handler_duration_seconds_count')).toHaveLength(3);
    expect(await series('agent_executions_total')).toEqual([
      'agent_executions_total{agent="Jobs",method="timeout",status="success"}',
    ]);
    const jobs = app.get(Jobs);
    expect([jobs.cronRuns > 0, jobs.hiddenRuns]).toEqual([true, 1]);
    const registry = app.get(SchedulerRegistry);
    expect([...registry.getCronJobs().keys()]).toEqual(['cron']);
    expect(registry.getIntervals()).toEqual(['interval']);
  },
);

test('calls that the scheduler does not make are no runs', async () => {
  const { app, counted } = await startWorker([
    metrics,
    ScheduleModule.forRoot({ timeouts: false, cronJobs: false }),
  ]);
  const jobs = app.get(Jobs);
  expect([jobs.direct(), await jobs.cron()]).toEqual(['done', undefined]);
  expect(Object.getOwnPropertyNames(jobs)).toEqual(['cronRuns', 'hiddenRuns']);
  await waitFor(async () => (await counted()).length > 0, 'a run');
  expect(await counted()).toEqual([INTERVAL]);
});

test('the scheduler logs the errors of jobs as it does without metrics', async () => {
  const error = vi.fn();
  const logger = { log: () => {}, warn: () => {}, error };
  await startWorker([schedule, metrics], logger);
  await waitFor(() => error.mock.calls.length > 0, 'the error of the job');
  expect(error.mock.calls[0]).toEqual([
    new RangeError('nothing to do'),
    undefined,
    'Scheduler',
  ]);
});

test('the runs of jobs are not measured without the option', async () => {
  const { app, counted } = await startWorker([
    MetricsModule.forRoot({ namespace: '' }),
    schedule,
  ]);
  await waitFor(() => app.get(Jobs).cronRuns > 0, 'a run');
  expect(await counted()).toEqual([]);
});

test('the runs of jobs are each app’s own', async () => {
  const only = ScheduleModule.forRoot({ intervals: false, cronJobs: false });
  const one = await startWorker([metrics, only]);
  const other = await startWorker([
    metrics,
    ScheduleModule.forRoot({
      intervals: false,
      cronJobs: false,
      timeouts: false,
    }),
  ]);
  await waitFor(async () => (await one.counted()).length > 0, 'a run');
  expect(await one.counted()).toEqual([succeeded('timeout')]);
  expect(await other.counted()).toEqual([]);
});
