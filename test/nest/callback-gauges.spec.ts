import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import {
  type Gauge,
  MetricsCollector,
  MetricsModule,
  PrometheusCollector,
} from '../../src/index.js';
import type { MetricsSnapshot } from '../../src/exporters/index.js';
import { samplesOf } from '../support/collector.js';
import { ADAPTERS, startApp } from './support/app.js';

const NAME = 'tframex_tenant_sessions';

/** Knows its tenants from a database that may be down. */
@Injectable()
class Tenants implements OnModuleInit {
  sessions: Record<string, number> = {};
  isDown = false;
  gauge!: Gauge;

  constructor(private readonly collector: MetricsCollector) {}

  onModuleInit(): void {
    this.gauge = this.collector.gauge('tenant_sessions', {
      labelNames: ['tenant'],
      collect: async () => {
        for (const [tenant, count] of Object.entries(await this.read())) {
          this.gauge.labels(tenant).set(count);
        }
      },
    });
    this.gauge.set({ tenant: 'internal' }, 1);
  }

  private async read(): Promise<Record<string, number>> {
    if (this.isDown) throw new Error('database is down');
    return this.sessions;
  }
}

/** Keeps the series of the last snapshot. */
class LastExport {
  readonly name = 'last-export';
  readonly interval = false;
  lines: string[] = [];

  export({ metrics }: MetricsSnapshot): void {
    const metric = metrics.find(({ name }) => name === NAME);
    if (metric?.type !== 'gauge') throw new Error('The gauge is not there');
    this.lines = metric.series.map(
      ({ labels, value }) => `${NAME}{tenant="${labels['tenant']}"} ${value}`,
    );
  }
}

const line = (tenant: string, sessions: number) =>
  `${NAME}{tenant="${tenant}"} ${sessions}`;

async function startTenants(
  adapter: (typeof ADAPTERS)[number][1],
  registry?: Registry,
) {
  const exporter = new LastExport();
  const { app, text } = await startApp(
    {
      imports: [
        MetricsModule.forRoot({
          exporters: [exporter],
          prometheus: { defaultMetrics: false, registry },
        }),
      ],
      providers: [Tenants],
    },
    adapter,
  );
  const collector = app.get(PrometheusCollector);
  /** What every reader sees of the gauge: scraper, exporter and registry. */
  const read = async () => {
    const page = samplesOf(await text('/metrics'), NAME);
    await collector.flush();
    const ofRegistry = await collector.registry.metrics();
    expect(exporter.lines).toEqual(page);
    expect(samplesOf(ofRegistry, NAME)).toEqual(page);
    return page;
  };
  return { tenants: app.get(Tenants), read, text };
}

describe.each(ADAPTERS)('a gauge of an app on %s', (_name, adapter) => {
  test.each([
    ['has a registry of its own', () => undefined],
    ['joins the registry of the app', () => new Registry()],
  ])(
    'a gauge loses series that its callback no longer sets, where the collector %s',
    async (_what, registry) => {
      const { tenants, read, text } = await startTenants(adapter, registry());
      tenants.sessions = { acme: 2, globex: 3 };
      expect(await read()).toEqual([
        line('internal', 1),
        line('acme', 2),
        line('globex', 3),
      ]);
      tenants.sessions = { globex: 4 };
      expect(await read()).toEqual([line('internal', 1), line('globex', 4)]);
      tenants.isDown = true;
      expect(await read()).toEqual([line('internal', 1)]);
      expect(await text('/metrics')).toMatch(
        /^tframex_metrics_errors_total\{cause="gauge_callback"\} [1-9]/m,
      );
      tenants.isDown = false;
      tenants.sessions = { initech: 5 };
      tenants.gauge.remove('internal');
      expect(await read()).toEqual([line('initech', 5)]);
    },
  );
});
