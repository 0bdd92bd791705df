import { describe, expect, test } from 'vitest';
import {
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../../src/index.js';

const SECRET = 'hunter2-hunter2';

function faultOf(configure: () => unknown): string {
  try {
    configure();
  } catch (error) {
    expect(error).toBeInstanceOf(OptionsError);
    return (error as Error).message;
  }
  throw new Error('The options were taken');
}

const WRONG_ACCESS: [object | string, string][] = [
  [SECRET, ' is a string; expected an object with any of: bearerToken'],
  [{}, ' is an object with nothing in it; expected an object with any of'],
  [{ token: SECRET }, '.token is not an option; known here are: bearerToken'],
  [{ bearerToken: undefined }, '.bearerToken is undefined; expected a value'],
  [{ bearerToken: '' }, '.bearerToken is empty; expected a token'],
  [{ bearerToken: `${SECRET} x` }, '.bearerToken holds something else'],
  [{ bearerToken: `${SECRET}\n` }, '.bearerToken holds something else'],
  [{ bearerToken: `${SECRET}ü` }, '.bearerToken holds something else'],
  [{ bearerToken: [] }, '.bearerToken is empty; expected at least one'],
  [{ bearerToken: [SECRET, ''] }, '.bearerToken[1] is empty'],
  [{ bearerToken: [SECRET, undefined] }, '.bearerToken[1] is undefined'],
  [{ bearerToken: 42 }, '.bearerToken is a number'],
  [{ bearerToken: { value: SECRET } }, '.bearerToken is an object with value'],
  [{ bearerToken: { file: '' } }, '.bearerToken is an object with file'],
  [{ bearerToken: { env: `${SECRET}` } }, '.bearerToken is an object with env'],
  [
    { bearerToken: { file: '/x', env: 'X' } },
    '.bearerToken is an object with file, env',
  ],
  [{ basicAuth: SECRET }, '.basicAuth is a string'],
  [{ basicAuth: { username: 'u' } }, '.basicAuth has no password'],
  [{ basicAuth: { password: SECRET } }, '.basicAuth has no username'],
  [
    { basicAuth: { username: 'u', password: undefined } },
    '.basicAuth.password is undefined',
  ],
  [
    { basicAuth: { username: `u:${SECRET}`, password: 'x' } },
    '.basicAuth.username holds something else; expected a name without ":"',
  ],
  [
    { basicAuth: { username: '', password: SECRET } },
    '.basicAuth.username is empty',
  ],
  [
    { basicAuth: { username: 'u', password: '' } },
    '.basicAuth.password is empty',
  ],
  [
    { basicAuth: { username: 'u', password: `${SECRET}\0` } },
    '.basicAuth.password holds something else',
  ],
  [{ allow: ['10.0.0.0/33'] }, ".allow[0] is '10.0.0.0/33'; expected"],
  [{ allow: [] }, '.allow is []; expected an array of at least one'],
];

const WRONG_TLS: [object | string, string][] = [
  [SECRET, ' is a string; expected an object with any of: cert, key'],
  [{ cert: { file: '/x' } }, ' has no key; expected cert and key'],
  [{ key: { file: '/x' } }, ' has no cert; expected cert and key'],
  [{ key: undefined, cert: { file: '/x' } }, '.key is undefined'],
  [
    { key: `/run/${SECRET}.key`, cert: { file: '/x' } },
    '.key holds something else; expected a text in PEM',
  ],
  [
    { key: { file: '/x' }, cert: { file: '/x' }, passphrase: '' },
    '.passphrase is empty',
  ],
];

describe('options that protect nothing or not what they should', () => {
  test.each(WRONG_ACCESS)('access %j is refused: %s', (access, fault) => {
    const faults = {
      'prometheus.access': () =>
        MetricsModule.forRoot({ prometheus: { access: access as object } }),
      'health.access': () =>
        MetricsModule.forRoot({ health: { access: access as object } }),
      access: () => new PrometheusCollector({ access: access as object }),
    };
    for (const [path, configure] of Object.entries(faults)) {
      const message = faultOf(configure);
      expect(message).toContain(path + fault);
      expect(message).not.toContain(SECRET);
    }
  });

  test.each(WRONG_TLS)('tls %j is refused: %s', (tls, fault) => {
    const faults = {
      'prometheus.tls': () =>
        MetricsModule.forRoot({ prometheus: { port: 0, tls: tls as never } }),
      tls: () => new PrometheusCollector({ tls: tls as never }),
    };
    for (const [path, configure] of Object.entries(faults)) {
      const message = faultOf(configure);
      expect(message).toContain(path + fault);
      expect(message).not.toContain(SECRET);
    }
  });

  test("the option tls is refused without a server of the collector's own", () => {
    const tls = { cert: { file: '/x' }, key: { file: '/y' } };
    expect(
      faultOf(() => MetricsModule.forRoot({ prometheus: { tls } })),
    ).toContain('prometheus.tls is set without prometheus.port');
  });

  test.each([
    [{ guards: 'AuthGuard' }, 'guards'],
    [{ guards: [{}] }, 'guards'],
    [{ guards: [class NoGuard {}] }, 'guards'],
    [{ decorators: [{}] }, 'decorators'],
  ])('the options %j are refused', (options, option) => {
    expect(
      faultOf(() => MetricsModule.forRoot({ prometheus: options as object })),
    ).toContain(`prometheus.${option} is`);
    expect(
      faultOf(() => MetricsModule.forRoot({ health: options as object })),
    ).toContain(`health.${option} is`);
  });
});
