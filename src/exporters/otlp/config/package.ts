import { createRequire } from 'node:module';

/** What the exporter calls itself: the instrumentation scope, and the SDK. */
export const PACKAGE = 'nestjs-agent-metrics';

/** The version of this package; not known in an app that was bundled into one file. */
export function packageVersion(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    const { version } = require(`${PACKAGE}/package.json`) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
