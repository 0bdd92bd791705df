import { option, type OptionTable, rulesOf } from '../../core/options.js';
import { checkPrices } from '../../accounting/prices/price-files.js';
import type { Prices } from '../../accounting/prices/price-table.js';
import { messageOf, OptionsError, shown } from '../../core/errors.js';
import { FUNCTION, oneOf, TEXT } from '../../core/validate.js';
import { checkLabelName } from '../../model/labels.js';
import type { Tokenizer } from './token-estimator.js';

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
  /**
   * The names of labels that `AgentMetrics.withLabels()` and `@AgentRun({ labels })` may give to
   * the metrics of what runs inside, such as `['tenant', 'plan']`. Their values should be few:
   * each is a further series of each metric. Default: none.
   */
  contextLabels?: readonly string[];
  /**
   * Counts the tokens of a text, so that those of inferences can be estimated whose provider
   * reports none, e.g. of aborted streams. Estimates are marked by `source="estimated"`. It is
   * synchronous, and runs after the app has its answer. Default: none, so that nothing is estimated
   * and no text is kept.
   */
  tokenizer?: Tokenizer;
}

/** A version of OpenTelemetry's semantic conventions for generative AI, or both. */
export type Conventions = 'current' | 'v1.41' | 'both';

/** Rules of {@link AgentMetricsOptions}. */
export const AGENTS_OPTIONS = {
  prices: option((value, path) => checkPrices(value as Prices, path)),
  conventions: option(oneOf('current', 'v1.41', 'both'), 'current'),
  contextLabels: option(checkContextLabels),
  tokenizer: option(FUNCTION),
} satisfies OptionTable<AgentMetricsOptions>;

const { prices: _prices, ...others } = AGENTS_OPTIONS;

/** Rules of the options beside the prices, whose files are read where they are used. */
export const OTHER_RULES = rulesOf(others);

/** Labels that the metrics of agents, calls and outgoing requests have themselves. */
const OWN_LABELS = new Set([
  'agent',
  'currency',
  'direction',
  'error_type',
  'evaluation',
  'finish_reason',
  'host',
  'label',
  'method',
  'model',
  'provider',
  'server_address',
  'server_port',
  'source',
  'status',
  'status_code',
]);

function checkContextLabels(value: unknown, path: string): void {
  if (!Array.isArray(value)) {
    throw new OptionsError(
      `${path} is ${shown(value)}; expected an array of names of labels`,
    );
  }
  value.forEach((name: unknown, i) => checkName(name, `${path}[${i}]`));
}

function checkName(name: unknown, path: string): void {
  if (!TEXT.test(name)) {
    throw new OptionsError(
      `${path} is ${shown(name)}; expected ${TEXT.expected}`,
    );
  }
  const label = name as string;
  try {
    checkLabelName(label, path);
  } catch (cause) {
    throw new OptionsError(`${path}: ${messageOf(cause)}`, { cause });
  }
  if (!OWN_LABELS.has(label) && !label.startsWith('gen_ai_')) return;
  throw new OptionsError(
    `${path} is ${shown(label)}, which metrics of agents have already; expected another name`,
  );
}
