import { describe, expect, test } from 'vitest';
import { AllowList } from '../../../src/http/access/allow-list.js';
import { OptionsError } from '../../../src/index.js';

const listOf = (...entries: unknown[]) =>
  new AllowList(entries, 'access.allow');

describe('an allow-list', () => {
  test.each([
    ['10.0.0.7', '10.0.0.7', true],
    ['10.0.0.7', '10.0.0.8', false],
    ['10.0.0.0/8', '10.255.255.255', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:a01:203', true],
    ['10.0.0.0/8', '::ffff:11.1.2.3', false],
    ['10.0.0.0/8', 'a01::1', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['::1', '::1', true],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['::1', '::2', false],
    ['fd00::/8', 'fdff::1', true],
    ['fd00::/8', 'fe00::1', false],
    ['FE80::/10', 'fe80::1%eth0', true],
  ])('an allow-list of %s includes %s: %s', (entry, client, expected) => {
    expect(listOf(entry).has(client)).toBe(expected);
  });

  test('an allow-list includes the addresses of all its entries', () => {
    const list = listOf('127.0.0.1', 'fd00::/8', '192.168.0.0/16');
    expect(
      ['127.0.0.1', 'fd12::1', '192.168.9.9'].map((a) => list.has(a)),
    ).toEqual([true, true, true]);
    expect(list.has('192.169.0.1')).toBe(false);
  });

  test.each([undefined, '', 'unknown', 'localhost', '127.0.0.1:80', '127.1'])(
    'an allow-list never includes a client whose address is %j',
    (client) => {
      expect(listOf('0.0.0.0/0', '::/0').has(client)).toBe(false);
    },
  );

  test.each([
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/',
    '10.0.0.0/8/8',
    '10.0.0.0/08',
    '10.0.0/8',
    '10.0.0.256',
    '::1/129',
    'fe80::1%eth0',
    'prometheus.example.com',
    'localhost',
    '',
    '*',
    7,
    null,
  ])('an allow-list is refused with the entry %j, which is named', (entry) => {
    expect(() => listOf('127.0.0.1', entry)).toThrow(OptionsError);
    expect(() => listOf('127.0.0.1', entry)).toThrow(/^access\.allow\[1\] is /);
  });

  test.each([[[]], ['10.0.0.0/8'], [{}]])(
    'an allow-list is refused when it is not a list of at least one entry: %j',
    (entries) => {
      expect(() => new AllowList(entries, 'access.allow')).toThrow(
        /^access\.allow is .*; expected an array/,
      );
    },
  );
});
