import { expect } from '@jest/globals';
import { metricsMatchers, type MetricsMatchers } from './matchers.js';

expect.extend(metricsMatchers);

declare module 'expect' {
  interface Matchers<R> extends MetricsMatchers<R> {}
}

declare global {
  /** Where the package @types/jest has its types. */
  namespace jest {
    interface Matchers<R> extends MetricsMatchers<R> {}
  }
}
