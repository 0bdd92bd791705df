import { describe, expect, test } from 'vitest';
import { MetricNameError } from '../../src/core/errors.js';
import { buildMetricName } from '../../src/model/names.js';

const prefix = (namespace: string, subsystem: string) => ({
  namespace,
  subsystem,
});

describe('a metric name', () => {
  test.each([
    ['tframex', 'api', 'requests_total', 'tframex_api_requests_total'],
    ['tframex', '', 'requests_total', 'tframex_requests_total'],
    ['', 'api', 'requests_total', 'api_requests_total'],
    ['', '', 'requests_total', 'requests_total'],
    ['my-app', 'v1.0', 'Büro zeit', 'my_app_v1_0_B_ro_zeit'],
    ['', '', '5xx', '_5xx'],
    ['1st', '', 'a', '_1st_a'],
    ['', '', 'job:requests:rate', 'job:requests:rate'],
    ['', '', 'a😀b', 'a__b'],
  ])(
    'a metric name of %j, %j and %j is %j',
    (namespace, subsystem, name, expected) => {
      expect(buildMetricName(name, prefix(namespace, subsystem))).toBe(
        expected,
      );
    },
  );

  test.each(['', '   ', '---', '_', '日本'])(
    'a metric name without a usable character is refused: %j',
    (name) => {
      expect(() => buildMetricName(name, prefix('tframex', ''))).toThrow(
        MetricNameError,
      );
    },
  );

  test.each([undefined, null, 5, {}, ['a']])(
    'a metric name is refused when it is not a string: %j',
    (name) => {
      expect(() =>
        buildMetricName(name as unknown as string, prefix('', '')),
      ).toThrow(/Metric name .* cannot be used; give a string/);
    },
  );
});
