import { expect } from 'vitest';
// In the declarations too: without it, TypeScript adds no members to what vitest re-exports.
import 'vitest';
import { metricsMatchers, type MetricsMatchers } from './matchers.js';

expect.extend(metricsMatchers);

declare module 'vitest' {
  interface Assertion<T> extends MetricsMatchers<void> {}
}
