import { option, type OptionTable } from '../../core/options.js';
import { checkPrices } from '../../accounting/prices/price-files.js';
import type { Prices } from '../../accounting/prices/price-table.js';
import { oneOf } from '../../core/validate.js';

/** Options of the metrics of agents. */
export interface AgentMetricsOptions {
  /** What tokens cost: a table, JSON files with tables, or a list of both. Default: none, so that only costs that providers report are counted. */
  prices?: Prices;
  /**
   * The version of OpenTelemetry's semantic conventions whose metrics are recorded: the
   * current one, `'v1.41'` for dashboards that have the former names, or both.
   * Default: `'current'`.
   */
  conventions?: Conventions;
}

/** A version of OpenTelemetry's semantic conventions for generative AI, or both. */
export type Conventions = 'current' | 'v1.41' | 'both';

/** Rules of {@link AgentMetricsOptions}. */
export const AGENTS_OPTIONS = {
  prices: option((value, path) => checkPrices(value as Prices, path)),
  conventions: option(oneOf('current', 'v1.41', 'both'), 'current'),
} satisfies OptionTable<AgentMetricsOptions>;
