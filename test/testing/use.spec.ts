import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as kit from '../../src/testing/index.js';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** The tests of other things than the kit and the docs. */
const code = readdirSync(TESTS, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/^(testing|docs)\//.test(file))
  .map((file) => readFileSync(join(TESTS, file), 'utf8'))
  .filter((text) => text.includes('/src/testing/'))
  .join('\n');

const functions = Object.entries(kit)
  .filter(([, value]) => typeof value === 'function')
  .map(([name]) => name)
  // Classes are what the functions return or throw.
  .filter((name) => /^[a-z]/.test(name));

test.each([
  ...functions,
  ...Object.keys(kit.metricsMatchers),
  'MetricsTestingModule.forRoot',
  'changes',
  'histogram',
  'refresh',
  'series',
  'value',
])('the tests of this package use %s() of the kit', (name) => {
  expect(functions.length).toBeGreaterThanOrEqual(6);
  expect(code).toMatch(new RegExp(`\\b${name}\\(`));
});
