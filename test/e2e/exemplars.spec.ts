import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, onTestFinished, test } from 'vitest';
import {
  Agent,
  Counted,
  MetricsModule,
  PrometheusCollector,
  Timed,
} from '../../src/index.js';
import { portOf, waitFor } from '../support/http.js';
import { isInstalled, startPrometheus } from '../support/processes.js';
import { type SpanLabels, startTracing } from '../support/tracing.js';

@Agent('Assistant')
@Injectable()
class Assistant {
  @Timed()
  @Counted()
  async run(input: string): Promise<string> {
    return input;
  }
}

@Module({
  imports: [MetricsModule.forRoot({ prometheus: { exemplars: true } })],
  providers: [Assistant],
})
class AppModule {}

/** The exemplars of one series, as Prometheus gives them. */
interface SeriesExemplars {
  readonly seriesLabels: Record<string, string>;
  readonly exemplars: readonly { labels: SpanLabels; value: string }[];
}

test.skipIf(!(await isInstalled('prometheus')))(
  'Prometheus gives back the exemplars of an app that is traced, and when its series began',
  async () => {
    const { inSpan } = startTracing();
    const began = Date.now() / 1000;
    const app = await NestFactory.create(AppModule, { logger: false });
    onTestFinished(() => app.close());
    await app.listen(0, '127.0.0.1');
    const target = `127.0.0.1:${portOf(app.getHttpServer())}`;
    const prometheus = await startPrometheus(
      JSON.stringify({
        scrape_configs: [
          {
            job_name: 'app',
            scrape_interval: '1s',
            static_configs: [{ targets: [target] }],
          },
        ],
      }),
      '--enable-feature=exemplar-storage',
    );
    onTestFinished(() => prometheus.stop());
    const query = async (text: string) =>
      (await prometheus.api('query', { query: text })).result;
    const exemplarsOf = (text: string): Promise<SeriesExemplars[]> =>
      prometheus.api('query_exemplars', {
        query: text,
        start: String(Date.now() / 1000 - 300),
        end: String(Date.now() / 1000 + 300),
      });

    const traces: string[] = [];
    const call = async () => {
      const { result, labels } = inSpan(() => {
        app.get(PrometheusCollector).counter('hits').inc({ a: 'ü' }, 7);
        return app.get(Assistant).run('Hello');
      });
      await result;
      traces.push(labels.trace_id);
    };
    const found = await waitFor(async () => {
      await call();
      const all = await Promise.all([
        exemplarsOf('tframex_agent_executions_total'),
        exemplarsOf('tframex_agent_duration_seconds_bucket'),
        exemplarsOf('tframex_hits_total'),
      ]);
      return all.every(({ length }) => length > 0) && all;
    }, 'exemplars in Prometheus');

    const [[calls], [duration], [hits]] = found as SeriesExemplars[][] as [
      SeriesExemplars[],
      SeriesExemplars[],
      SeriesExemplars[],
    ];
    expect(calls!.seriesLabels).toMatchObject({
      __name__: 'tframex_agent_executions_total',
      agent: 'Assistant',
      method: 'run',
      status: 'success',
    });
    expect(duration!.seriesLabels.le).toBe('0.001');
    expect(hits!.seriesLabels.a).toBe('ü');
    expect(hits!.exemplars[0]!.value).toBe('7');
    for (const { exemplars } of [calls!, duration!, hits!]) {
      for (const { labels } of exemplars) {
        expect(traces).toContain(labels.trace_id);
        expect(labels.span_id).toMatch(/^[0-9a-f]{16}$/);
      }
    }
    const created = await waitFor(async () => {
      const [series] = await query('tframex_agent_executions_created');
      return Number(series.value[1]);
    }, 'when the series began');
    // Its precision is a hundredth of a second.
    expect(created).toBeGreaterThan(began - 0.01);
    const metadata = await prometheus.api('metadata', {
      metric: 'tframex_agent_duration_seconds',
    });
    expect(metadata.tframex_agent_duration_seconds).toMatchObject([
      { type: 'histogram', unit: 'seconds' },
    ]);
  },
);
