import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { detailsJson } from '../../src/health/health.js';
import { errorText, maskCredentials } from '../../src/core/error-text.js';
import {
  failedOutcome,
  interpretResult,
} from '../../src/health/check-outcome.js';

const circular: { self?: unknown } = {};
circular.self = circular;

describe('the result of a check', () => {
  test.each([
    ['nothing', undefined, undefined],
    ['true', true, undefined],
    ['an object', {}, undefined],
    ['details', { latency: 3 }, { latency: 3 }],
    ['a status of its own', { status: 'connected' }, { status: 'connected' }],
    ['an indicator', { db: { status: 'up', ms: 3 } }, { ms: 3 }],
    [
      'a degraded indicator',
      { db: { status: 'degraded' } },
      { status: 'degraded' },
    ],
    [
      'several indicators',
      { a: { status: 'up' }, b: { status: 'up' } },
      { a: { status: 'up' }, b: { status: 'up' } },
    ],
  ])('the result of a check is up if it is %s', (_what, result, details) => {
    expect(interpretResult(result)).toEqual({ isUp: true, details });
  });

  test('the result of a check is up if it is a good response', () => {
    expect(interpretResult(new Response('ok')).isUp).toBe(true);
  });

  test.each([
    ['false', false, 'it returned false'],
    ['status down', { status: 'down' }, "it returned the status 'down'"],
    ['status false', { status: false }, 'it returned the status false'],
    ['status error', { status: 'error' }, "it returned the status 'error'"],
    ['a message', { status: 'down', message: 'no disk' }, 'no disk'],
    ['an indicator', { db: { status: 'down', message: 'gone' } }, 'gone'],
    [
      'several indicators',
      { a: { status: 'up' }, b: { status: 'down' } },
      'down: b',
    ],
    ['an error', new Error('returned'), 'Error: returned'],
    [
      'a failed response',
      new Response('', { status: 503 }),
      'it returned the status 503',
    ],
    [
      'null',
      null,
      'it returned null; expected nothing, true, false or an object',
    ],
    ['a number', 1, 'it returned 1; expected'],
    ['a text', 'up', "it returned 'up'; expected"],
    ['an array', [], 'it returned []; expected'],
    ['a symbol', Symbol('up'), 'it returned Symbol(up); expected'],
  ])('the result of a check is down if it is %s', (_what, result, error) => {
    const outcome = interpretResult(result);
    expect(outcome.isUp).toBe(false);
    expect(outcome.error).toContain(error);
  });
});

describe('what a check throws', () => {
  test.each([
    ['an error', new TypeError('bad'), 'TypeError: bad'],
    ['anything else', 'bad', "'bad'"],
    ['nothing', undefined, 'undefined'],
    [
      'an error with causes',
      new TypeError('fetch failed', { cause: new Error('refused') }),
      'TypeError: fetch failed, caused by Error: refused',
    ],
    [
      'the errors of several addresses',
      new AggregateError([new Error('refused by ::1'), new Error('other')]),
      'AggregateError: , caused by Error: refused by ::1',
    ],
  ])(
    'the message of what a check throws is shown: %s',
    (_what, thrown, text) => {
      expect(failedOutcome(thrown)).toEqual({ isUp: false, error: text });
    },
  );

  test('what a check throws has the details of the indicator, if it is an error of terminus', () => {
    const thrown = Object.assign(new Error('db is down'), {
      causes: { db: { status: 'down', message: 'gone', ms: 3 } },
    });
    expect(failedOutcome(thrown)).toEqual({
      isUp: false,
      error: 'Error: db is down',
      details: { message: 'gone', ms: 3 },
    });
  });

  test('a check may throw an object whose properties cannot be read', () => {
    const hostile = new Proxy(new Error(), {
      get() {
        throw new Error('no');
      },
    });
    expect(failedOutcome(hostile).isUp).toBe(false);
  });
});

describe('credentials in URLs', () => {
  test.each([
    ['postgres://user:secret@db:5432/app', 'postgres://***@db:5432/app'],
    ['redis://:secret@cache', 'redis://***@cache'],
    ['https://secret@api.example', 'https://***@api.example'],
    [
      'amqp://u:secret@@mq and mongodb+srv://u:secret@m',
      'amqp://***@mq and mongodb+srv://***@m',
    ],
    ['postgres://u:se/secret@db', 'postgres://***@db'],
    ['postgres://u:se#secret@db/x', 'postgres://***@db/x'],
    ['postgres://user:p@ss:w/ord@db', 'postgres://***@db'],
    ['postgres://user:p@ss:w/ord@db:5432/app', 'postgres://***@db:5432/app'],
    ['postgres://user:12/secret@db', 'postgres://***@db'],
    ['https://user:80/secret@host/x', 'https://***@host/x'],
    ['mysql://us/er:se@cret@db', 'mysql://***@db'],
    ['redis://:s/e@c:ret@cache:6379/0', 'redis://***@cache:6379/0'],
    ['https://to@ken@api.example/path', 'https://***@api.example/path'],
    ['"amqp://u:se@c/ret@mq"', '"amqp://***@mq"'],
    ['postgres://u:a://secret@b@db', 'postgres://***@db'],
  ])('credentials in URLs are masked: %s', (text, masked) => {
    expect(maskCredentials(`at ${text} (1)`)).toBe(`at ${masked} (1)`);
  });

  test.each([
    'https://api.example:8080/users/a@b.example',
    'https://api.example/users/a@b.example',
    'http://host/path@2x.png',
    'http://localhost:3000/path@2x.png',
    'http://[::1]:3000/path@2x.png',
    'mail a@b.example',
    'mail:a@b.example at 12:30, see http://host:3000/x and ask c@d.example',
    'ratio 1:2 @ noon',
  ])('texts without credentials stay as they are: %s', (text) => {
    expect(maskCredentials(text)).toBe(text);
  });

  test('credentials in URLs are masked in messages, their causes and in details', () => {
    const cause = new Error('amqp://u:secret@mq');
    expect(errorText(new Error('http://u:secret@h', { cause }))).toBe(
      'Error: http://***@h, caused by Error: amqp://***@mq',
    );
    expect(detailsJson({ a: [{ url: 'amqp://u:secret@mq' }] })).toEqual({
      a: [{ url: 'amqp://***@mq' }],
    });
  });

  test('credentials in URLs are masked completely, whatever characters they have', () => {
    const character = fc.constantFrom(...'@:/?#%[]!$&*,;="', 'x', 'ü', '7');
    const part = fc.string({ unit: character, maxLength: 12 });
    const scheme = fc.constantFrom('postgres', 'mongodb+srv', 'redis', 'https');
    fc.assert(
      fc.property(scheme, part, part, part, (name, user, before, after) => {
        const url = `${name}://${user}:${before}SECRET${after}@db.internal/app`;
        const text = `cannot reach ${url} (mail a@b.example)`;
        expect(maskCredentials(text)).toBe(
          `cannot reach ${name}://***@db.internal/app (mail a@b.example)`,
        );
      }),
      { numRuns: 2_000 },
    );
  });

  test('credentials in URLs are masked at the end of a text that was cut within them', () => {
    for (const url of ['postgres://user:', 'postgres://', 'https://u:1/']) {
      const many = 'http://u:p@h '.repeat(300);
      const text = `${many}${url}${'secret'.repeat(1_000)}@db`;
      const shown = maskCredentials(text.slice(-8_000));
      expect(shown).not.toContain('secret');
      expect(maskCredentials(`${url}${'secret'.repeat(1_000)}@db`)).toBe(
        `${/^\w+:\/\//.exec(url)![0]}***`,
      );
    }
    expect(maskCredentials('x'.repeat(9_000))).toBe('x'.repeat(1_000));
  });

  test('credentials in URLs are found quickly, also in a long text', () => {
    const text = 'a://b:c'.repeat(200_000);
    const start = performance.now();
    expect(maskCredentials(text).length).toBeLessThanOrEqual(1_000);
    expect(performance.now() - start).toBeLessThan(1_000);
  });
});

describe('details', () => {
  test.each([
    ['circular', circular],
    ['beyond JSON', { big: 1n }],
  ])('details that are %s are replaced by a note', (_what, details) => {
    expect(detailsJson(details)).toBe('cannot be shown as JSON');
  });

  test('details that are long are replaced by a note', () => {
    expect(detailsJson(Array.from({ length: 5_000 }, () => 0))).toBe(
      '10001 characters of JSON; 4096 are shown at most',
    );
  });

  test('details have each text cut after 1,000 characters, before their length counts', () => {
    expect(detailsJson({ text: 'x'.repeat(9_000) })).toEqual({
      text: 'x'.repeat(1_000),
    });
  });
});
