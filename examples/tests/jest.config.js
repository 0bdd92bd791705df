export default {
  // A busy machine is no failure.
  testTimeout: 60_000,
  preset: 'ts-jest/presets/default-esm',
  testMatch: ['**/src/**/*.jest-spec.ts'],
  // TypeScript imports the compiled file, which Jest does not have.
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
};
