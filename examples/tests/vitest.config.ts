import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.spec.ts'],
    // A busy machine is no failure.
    testTimeout: 60_000,
  },
});
