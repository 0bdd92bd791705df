import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { OtlpExporter } from '../../src/exporters/otlp/index.js';
import { startOtlpBackend } from '../support/otlp-backend.js';
import { startApp } from './support/app.js';

/** An app whose environment says whether OpenTelemetry is switched off, and two backends. */
async function startedApp(disabled: string) {
  vi.stubEnv('OTEL_SDK_DISABLED', disabled);
  onTestFinished(() => void vi.unstubAllEnvs());
  const [first, second] = [await startOtlpBackend(), await startOtlpBackend()];
  const { app } = await startApp({
    imports: [
      MetricsModule.forRoot({
        otlp: { url: first.url, interval: false },
        exporters: [
          new OtlpExporter({
            name: 'second',
            url: second.url,
            interval: false,
          }),
        ],
      }),
    ],
  });
  const collector = app.get(PrometheusCollector);
  collector.counter('calls_total').inc();
  await collector.flush();
  const page = await collector.metrics();
  await app.close();
  return { first, second, page };
}

describe('the option `otlp` of an app', () => {
  it('the option otlp sends, beside a second exporter of another name', async () => {
    const { first, second } = await startedApp('');
    for (const backend of [first, second]) {
      expect(backend.points('tframex_calls_total')).not.toEqual([]);
    }
  });

  it("OTEL_SDK_DISABLED=true switches off the option otlp, and neither the page nor the app's own exporters", async () => {
    const { first, second, page } = await startedApp('true');
    expect(first.requests).toEqual([]);
    expect(second.points('tframex_calls_total')).not.toEqual([]);
    expect(page).toContain('tframex_calls_total 1');
    expect(page).not.toContain('exporter="otlp"');
  });
});
