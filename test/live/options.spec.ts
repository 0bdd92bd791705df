import { describe, expect, test } from 'vitest';
import { OptionsError } from '../../src/index.js';
import { resolveMetricsOptions } from '../../src/nest/metrics.options.js';

const resolved = (live: unknown) =>
  resolveMetricsOptions({ live } as Parameters<typeof resolveMetricsOptions>[0])
    .live;

test('the live page is off by default, and has defaults when it is on', () => {
  expect(resolveMetricsOptions({}).live).toBeUndefined();
  expect(resolved(false)).toBeUndefined();
  expect(resolved(true)).toMatchObject({
    path: '/metrics/live',
    history: 30,
    interval: 5_000,
    findings: {
      failing: { share: 0.05, calls: 5 },
      hanging: { seconds: 60, times: 3 },
      expensive: { share: 0.5 },
      notDelivering: { intervals: 3 },
      down: true,
      overflow: true,
    },
  });
  expect(
    resolveMetricsOptions({ enabled: false, live: true }).live,
  ).toBeUndefined();
});

test('a finding can be silenced, and one of its limits can be set', () => {
  const findings = { failing: false, hanging: { seconds: 5 }, down: false };
  expect(resolved({ findings })!.findings).toMatchObject({
    failing: undefined,
    hanging: { seconds: 5, times: 3 },
    down: false,
  });
});

test('the live page has the protection of the metrics page, and what it says itself instead', () => {
  const guards = [{ canActivate: () => true }];
  const access = { bearerToken: 's3cret' };
  const own = { basicAuth: { username: 'ops', password: 'pass' } };
  const { prometheus, live } = resolveMetricsOptions({
    live: true,
    prometheus: { access, guards },
  });
  expect(live!.access).toBe(prometheus.access);
  expect(live!.guards).toBe(guards);
  const other = resolveMetricsOptions({
    live: { access: own },
    prometheus: { access, guards },
  }).live!;
  expect(other.access!.reveal()).toBe(own);
  expect(other.guards).toBe(guards);
});

describe('wrong options of the live page', () => {
  test.each([
    [
      'yes',
      /^live is 'yes'; expected true, false or an object with any of: path, history/,
    ],
    [
      { histroy: 5 },
      /^live\.histroy is not an option; .*did you mean "history"\?$/m,
    ],
    [
      { history: 0 },
      /^live\.history is 0; expected an integer from 1 to 1440 \(minutes\)$/m,
    ],
    [
      { interval: 999 },
      /^live\.interval is 999; expected an integer from 1000 to 60000 \(milliseconds\)$/m,
    ],
    [
      { path: 'live' },
      /^live\.path is 'live'; expected a URL path such as "\/metrics\/live"$/m,
    ],
    [{ path: false }, /^live\.path is false/],
    [{ guards: [1] }, /^live\.guards is .*expected an array of guards/],
    [{ access: { token: 1 } }, /^live\.access\.token is not an option/],
    [
      { findings: { faling: {} } },
      /^live\.findings\.faling is not an option; .*did you mean "failing"\?$/m,
    ],
    [
      { findings: { failing: { share: 5 } } },
      /^live\.findings\.failing\.share is 5; expected a number from 0 to 1$/m,
    ],
    [
      { findings: { hanging: 60 } },
      /^live\.findings\.hanging is 60; expected true, false or an object with any of: seconds, times$/m,
    ],
    [
      { findings: { down: {} } },
      /^live\.findings\.down is \{\}; expected true or false$/m,
    ],
    [
      { path: '/metrics' },
      /^live\.path is "\/metrics", which is, or is above, the path "\/metrics" of another page/,
    ],
    [{ path: '/health' }, /^live\.path is "\/health"/],
  ])(
    'the option live: %j is refused with what is expected',
    (live, message) => {
      expect(() => resolved(live)).toThrow(OptionsError);
      expect(() => resolved(live)).toThrow(message);
    },
  );
});
