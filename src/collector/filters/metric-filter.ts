import { checkLabelName, type LabelValue } from '../../model/labels.js';
import { OptionsError, shown } from '../../core/errors.js';
import { Check, isObject, type Rules, validate } from '../../core/validate.js';
import {
  BUCKETS,
  DEFAULT_LABELS,
  MAX_SERIES,
  succeeds,
} from '../recording-checks.js';
import { NAME_PATTERN, type NamePattern } from './name-pattern.js';

/** The actions of a {@link MetricFilter}. Each filter has exactly one. */
export interface MetricFilterActions {
  /** Keeps the metrics, whatever later filters say. */
  accept: true;
  /** Drops the metrics, unless an earlier filter accepts them. Code can still use them; they record nothing. */
  deny: true;
  /**
   * The new name; `metrics` must be given. If that ends in `*`, so does this, and
   * the beginning is replaced; for a RegExp this is what `String.replace()` takes.
   */
  rename: string;
  /** The new names of labels by their present ones. A label that already has the new name is replaced. */
  renameLabels: Readonly<Record<string, string>>;
  /** Labels to remove. Series that differ in nothing else become one. */
  dropLabels: readonly string[];
  /**
   * By label, the function that gives its new value. It is called for labels that
   * are there; if it gives `null`, `undefined` or `''`, the label is left out.
   */
  mapLabels: Readonly<Record<string, (value: string) => LabelValue>>;
  /** Labels of every series that does not have its own of the same name. */
  defaultLabels: Readonly<Record<string, string>>;
  /** Buckets of histograms and timers; those given where the metric is made do not count. */
  buckets: readonly number[];
  /** The largest number of series of each of the metrics, instead of `maxSeriesPerMetric`. */
  maxSeries: number;
}

type OneOf<T> = {
  [K in keyof T]: Pick<T, K> & { [Other in Exclude<keyof T, K>]?: undefined };
}[keyof T];

/**
 * Selects metrics by name and changes them in one way.
 *
 * @example
 * const filters: MetricFilter[] = [
 *   { metrics: 'internal_*', deny: true },
 *   { metrics: 'agent_*', renameLabels: { agent: 'bot' } },
 * ];
 */
// Why: docs/decisions/recording.md, "Filters are plain objects that do one thing each".
export type MetricFilter = {
  /**
   * A metric name, without namespace and subsystem; with `*` at its end for all
   * that begin so. A RegExp is tested on names as they are exposed, without
   * namespace and subsystem. Default: all metrics.
   */
  metrics?: NamePattern | undefined;
} & OneOf<MetricFilterActions>;

/** Any filter, with all actions optional. */
export type AnyFilter = Pick<MetricFilter, 'metrics'> &
  Partial<MetricFilterActions>;

const TRUE = new Check('true', (value) => value === true);

const ACTION_RULES = {
  accept: TRUE,
  deny: TRUE,
  rename: new Check('a metric name', (value) => typeof value === 'string'),
  renameLabels: new Check(
    'an object of label names and their new names',
    (value) =>
      isObject(value) &&
      areLabelNames([...Object.keys(value), ...Object.values(value)]),
  ),
  dropLabels: new Check(
    'an array of label names',
    (value) => Array.isArray(value) && areLabelNames(value),
  ),
  mapLabels: new Check(
    'an object of label names and functions of their values',
    (value) =>
      isObject(value) &&
      areLabelNames(Object.keys(value)) &&
      Object.values(value).every((map) => typeof map === 'function'),
  ),
  defaultLabels: DEFAULT_LABELS,
  buckets: BUCKETS,
  maxSeries: MAX_SERIES,
} satisfies Rules;

const FILTER_RULES: Rules = {
  metrics: NAME_PATTERN,
  ...ACTION_RULES,
};

/** @throws {OptionsError} naming the filter's path, what was given and what is allowed. */
export function checkFilters(filters: unknown, path: string): void {
  if (!Array.isArray(filters)) {
    throw new OptionsError(
      `${path} is ${shown(filters)}; expected an array of filters`,
    );
  }
  filters.forEach((filter: unknown, i) => checkFilter(filter, `${path}[${i}]`));
}

function checkFilter(given: unknown, path: string): void {
  validate(given, FILTER_RULES, path);
  const filter = given as AnyFilter;
  const known = Object.keys(ACTION_RULES) as (keyof MetricFilterActions)[];
  const actions = known.filter((action) => filter[action] !== undefined);
  if (actions.length !== 1) {
    throw new OptionsError(
      `${path} has ${actions.join(' and ') || 'nothing to do'}; expected exactly one of: ${known.join(', ')}`,
    );
  }
  if (filter.rename !== undefined) checkRename(filter, filter.rename, path);
}

function checkRename({ metrics }: AnyFilter, to: string, path: string): void {
  if (metrics instanceof RegExp) return;
  if (metrics === undefined || metrics === '*') {
    throw new OptionsError(
      `${path}.metrics is ${shown(metrics)}; expected the metrics that are given a new name, which all of them cannot be`,
    );
  }
  const isPrefix = metrics.endsWith('*');
  const isUsable = isPrefix ? /^[^*]*\*$/ : /^[^*]*[a-zA-Z0-9][^*]*$/;
  if (!isUsable.test(to)) {
    throw new OptionsError(
      `${path}.rename is ${shown(to)}; expected ${isPrefix ? 'a name that ends in *, as metrics does' : 'a name with at least one ASCII letter or digit, without *'}`,
    );
  }
}

function areLabelNames(names: unknown[]): boolean {
  return names.every(
    (name) =>
      typeof name === 'string' && succeeds(() => checkLabelName(name, '')),
  );
}
