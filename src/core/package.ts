/** The name of this package. */
export const PACKAGE = 'nestjs-agent-metrics';

/** The namespace of metrics that no option gives another one. */
export const DEFAULT_NAMESPACE = 'tframex';

/** The version of this package. A constant, as a bundled app has no `package.json` of ours to read. */
export const VERSION = '0.1.0';
