import { option, type OptionTable } from '../../core/options.js';
import { resolvePrices } from '../../accounting/prices/price-files.js';
import type { Prices } from '../../accounting/prices/price-table.js';

/** Options of the metrics of agents. */
export interface AgentMetricsOptions {
  /** What tokens cost: a table, or a JSON file with one. Default: none, so that no cost is counted. */
  prices?: Prices;
}

/** Rules of {@link AgentMetricsOptions}. */
export const AGENTS_OPTIONS = {
  prices: option((value, path) => void resolvePrices(value as Prices, path)),
} satisfies OptionTable<AgentMetricsOptions>;
