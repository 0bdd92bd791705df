import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

const path = (relative: string) =>
  fileURLToPath(new URL(relative, import.meta.url));

/** Leads the imports of NestJS to version 11. */
const nest11 = {
  find: /^@nestjs\/([\w.-]+)$/,
  replacement: path('./test/nest11/node_modules/@nestjs/$1/index.js'),
};

/** Tests that need NestJS; nearly all run on both majors. */
const NEST_TESTS = 'test/nest/**/*.spec.ts';

/** Those that take long and do not depend on NestJS's version: limits, secrets, sums of the live page. They run on one major. */
const VERSION_FREE_TESTS = [
  'test/nest/http-server-load.spec.ts',
  'test/nest/limits.spec.ts',
  'test/nest/live-{findings,members,sums,views}.spec.ts',
  'test/nest/secrets.spec.ts',
];

/** Tests that start processes: apps, Prometheus. */
const E2E_TESTS = 'test/e2e/**/*.spec.ts';

/** Starts the sample app as users do, which builds the package again. */
const BUILDING_TEST = 'test/e2e/sample-app.spec.ts';

export default defineConfig({
  resolve: {
    alias: [
      { find: /^nestjs-agent-metrics$/, replacement: path('./src/index.ts') },
    ],
  },
  test: {
    // Bounds for what hangs; a slow machine is no failure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Tests wait for sockets and timers more than they compute: a core would idle half of the time.
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/**/*.spec.ts'],
          exclude: [NEST_TESTS, E2E_TESTS, '**/node_modules/**'],
        },
      },
      { extends: true, test: { name: 'nest12', include: [NEST_TESTS] } },
      {
        extends: true,
        resolve: { alias: [nest11] },
        test: {
          name: 'nest11',
          include: [NEST_TESTS],
          exclude: VERSION_FREE_TESTS,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [E2E_TESTS],
          exclude: [BUILDING_TEST],
          // After the others, whose times they would spoil: each starts processes.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'start',
          include: [BUILDING_TEST],
          // Last: while the package is built again, the others do not have it.
          sequence: { groupOrder: 2 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
