import { describe, expect, it } from 'vitest';
import { retryAfterOf } from '../../src/exporters/http-request.js';

const NOW = 'Sat, 28 Nov 2026 12:00:00 GMT';

describe('a Retry-After', () => {
  it.each<[string, number | undefined]>([
    ['0', 0],
    [' 120 ', 120_000],
    ['31536000', 31_536_000_000],
    ['9'.repeat(400), Infinity],
    ['Sat, 28 Nov 2026 12:02:00 GMT', 120_000],
    ['Saturday, 28-Nov-26 12:02:00 GMT', 120_000],
    ['Sat Nov 28 12:02:00 2026', 120_000],
    ['Fri, 28 Nov 9999 12:00:00 GMT', 251_603_539_200_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('a Retry-After of %s is read as %s ms', (text, expected) => {
    expect(retryAfterOf({ 'retry-after': text, date: NOW })).toBe(expected);
  });

  it.each([
    '',
    '-5',
    '1.5',
    '1e9',
    '0x10',
    'NaN',
    'Infinity',
    '5, 5',
    '5 seconds',
    '2026-11-28T12:02:00Z',
    'Sat, 99 Nov 2026 12:02:00 GMT',
    'soon',
  ])('a malformed Retry-After is ignored: "%s"', (text) => {
    expect(retryAfterOf({ 'retry-after': text, date: NOW })).toBeUndefined();
  });

  it('a missing Retry-After asks for no pause', () => {
    expect(retryAfterOf({ date: NOW })).toBeUndefined();
  });

  it('a Retry-After date counts from the Date of the server, whatever our clock says', () => {
    const headers = {
      'retry-after': 'Tue, 01 Jan 1980 00:01:00 GMT',
      date: 'Tue, 01 Jan 1980 00:00:00 GMT',
    };
    expect(retryAfterOf(headers)).toBe(60_000);
  });

  it.each([undefined, 'never'])(
    "a Retry-After date counts from now if the server's Date is %s",
    (date) => {
      const until = new Date(Date.now() + 60_000).toUTCString();
      const wait = retryAfterOf({
        'retry-after': until,
        ...(date && { date }),
      });
      expect(wait).toBeGreaterThan(50_000);
      expect(wait).toBeLessThanOrEqual(60_000);
    },
  );
});
