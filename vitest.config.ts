import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const path = (relative: string) =>
  fileURLToPath(new URL(relative, import.meta.url));

/** The same imports from NestJS 11, for the tests that run against both majors. */
const nest11 = ['common', 'core', 'testing', 'platform-express', 'platform-fastify'].map(
  (name) => ({
    find: new RegExp(`^@nestjs/${name}$`),
    replacement: path(`./test/nest11/node_modules/@nestjs/${name}/index.js`),
  }),
);

export default defineConfig({
  resolve: {
    alias: [{ find: /^nestjs-agent-metrics$/, replacement: path('./src/index.ts') }],
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/{model,exposition,collector,seed,docs}/**/*.spec.ts', 'test/*.spec.ts'] },
      },
      {
        extends: true,
        test: { name: 'nest12', include: ['test/nest/**/*.spec.ts'] },
      },
      {
        extends: true,
        resolve: { alias: nest11 },
        test: { name: 'nest11', include: ['test/nest/**/*.spec.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.spec.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
