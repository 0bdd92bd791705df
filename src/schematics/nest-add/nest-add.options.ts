import { DEFAULT_NAMESPACE } from '../../core/package.js';

/** The options of `nest add nestjs-agent-metrics`. Their defaults are in `schema.json`. */
export interface NestAddOptions {
  /** The first part of the names of all metrics. */
  readonly namespace?: string;
  /** Whether HTTP requests are measured. */
  readonly http?: boolean;
  /** Whether the live page is served. */
  readonly live?: boolean;
  /** Whether a spec is added. */
  readonly testKit?: boolean;
  /** The file of the root module, from the folder of `nest-cli.json`. */
  readonly module?: string;
  /** The project of a monorepo. */
  readonly project?: string;
  /** The source folder of the project, which the Nest CLI passes. */
  readonly sourceRoot?: string;
}

/** What is decided for the call, by the user and by the routes of the app. */
export interface CallOptions extends NestAddOptions {
  /** Where the health is, if the app has a route at its default paths. */
  readonly healthPath?: string | undefined;
  /** Where the metrics page is, if the app has a route at its default paths. */
  readonly metricsPath?: string | undefined;
}

/** The call that imports the module with these options, as code in single quotes. */
export function forRootCall(moduleName: string, options: CallOptions): string {
  const { namespace = DEFAULT_NAMESPACE, http, live } = options;
  const { healthPath, metricsPath } = options;
  const members = [
    ...(namespace === DEFAULT_NAMESPACE ? [] : [`namespace: '${namespace}'`]),
    ...(http ? ['http: true'] : []),
    ...(live ? ['live: true'] : []),
    ...(metricsPath ? [`prometheus: { path: '${metricsPath}' }`] : []),
    ...(healthPath ? [`health: { path: '${healthPath}' }`] : []),
  ];
  const code = members.length === 0 ? '' : `{ ${members.join(', ')} }`;
  return `${moduleName}.forRoot(${code})`;
}
