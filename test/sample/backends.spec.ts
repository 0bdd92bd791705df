import { MetricsModule } from 'nestjs-agent-metrics';
import { describe, expect, it } from 'vitest';
import { readBackends } from '../../sample-app/src/config.js';

describe('the backends of the sample app', () => {
  it('the backends of the sample app are none by default', () => {
    expect(readBackends({})).toEqual({ otlp: false });
  });

  it('the backends of the sample app are those that variables name, with options that the module takes', () => {
    const backends = readBackends({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318',
      STATSD_HOST: 'statsd',
      PUSHGATEWAY_URL: 'http://pushgateway:9091',
    });
    expect(backends).toEqual({
      otlp: true,
      statsd: { host: 'statsd' },
      pushgateway: { url: 'http://pushgateway:9091', jobName: 'sample-app' },
    });
    expect(() => MetricsModule.forRoot(backends)).not.toThrow();
  });
});
