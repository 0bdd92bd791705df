import type { Rules } from '../../core/validate.js';
import { type Prices, resolvePrices } from './price-table.js';

/** Options of the metrics of agents. */
export interface AgentMetricsOptions {
  /** What tokens cost: a table, or a JSON file with one. Default: none, so that no cost is counted. */
  prices?: Prices;
}

export const AGENTS_RULES: Rules = {
  prices: (value, path) => void resolvePrices(value as Prices, path),
};
