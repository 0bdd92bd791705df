import {
  option,
  type OptionTable,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import { Check, integer } from '../core/validate.js';
import {
  FINDINGS_OPTIONS,
  type FindingsConfig,
  type FindingsOptions,
  resolveFindings,
} from './findings.options.js';

/** The live page: its place, its history, and what it points out. */
export interface LiveOptions {
  /** Path of the live page, without the app's prefix. Default: `/live` below `prometheus.path`, thus `'/metrics/live'`. */
  path?: string;
  /** Minutes that the page can look back. Default: 30. */
  history?: number;
  /** Milliseconds between two samples of all metrics. Default: 5000. */
  interval?: number;
  /** What the page points out, and from when on. Default: all kinds of findings, with their own defaults. */
  findings?: FindingsOptions;
}

const PATH = new Check(
  'a URL path such as "/metrics/live"',
  (value) => typeof value === 'string' && /^(\/[\w.~-]+)+$/.test(value),
);

/** Rules and defaults of {@link LiveOptions}. */
export const LIVE_OPTIONS = {
  path: option(PATH),
  history: option(integer(1, 1_440, ' (minutes)'), 30),
  interval: option(integer(1_000, 60_000, ' (milliseconds)'), 5_000),
  findings: option(rulesOf(FINDINGS_OPTIONS), {}),
} satisfies OptionTable<LiveOptions>;

/** {@link LiveOptions}, resolved, without the place of the page. */
export interface LiveConfig {
  readonly history: number;
  readonly interval: number;
  readonly findings: FindingsConfig;
}

export function resolveLiveOptions(options: LiveOptions): LiveConfig {
  const { history, interval, findings } = resolveOptions(LIVE_OPTIONS, options);
  return { history, interval, findings: resolveFindings(findings) };
}
