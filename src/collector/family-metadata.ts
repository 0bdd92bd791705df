import type { Aggregator } from '../model/aggregator.js';
import { checkBuckets } from '../model/buckets.js';
import {
  LabelError,
  MetricConflictError,
  OptionsError,
  shown,
} from '../core/errors.js';
import { CounterFamily } from '../model/counter-family.js';
import type { Family } from '../model/family.js';
import { HistogramFamily } from '../model/histogram.js';
import { GaugeFamily } from '../model/gauge-family.js';
import { checkLabelName, type Labels, type LabelSet } from '../model/labels.js';
import { SeriesExpiry } from '../model/series-expiry.js';
import { exposedType, MetricType } from '../model/metric-type.js';
import { sameItems } from '../core/same-items.js';
import { shortened } from '../core/shortened.js';
import type { GaugeOptions } from './metrics-collector.js';

/** The longest help text, in characters. It is limited because every page repeats it. */
const MAX_HELP = 1_024;

/** Suffixes of the samples of a histogram. */
export const HISTOGRAM_SUFFIXES: readonly string[] = [
  '_bucket',
  '_sum',
  '_count',
];

/** Applies description, unit, label names and aggregator to a family. The first description and unit stay. */
export function applyMetadata(family: Family, options: GaugeOptions): void {
  const { description, unit, labelNames, initialLabels } = options;
  const { aggregator, persistent, expireAfter } = options;
  if (expireAfter !== undefined && family.descriptor.canExpire)
    family.expiry = expiryFor(family, expireAfter);
  if (family instanceof GaugeFamily && aggregator !== undefined)
    family.aggregator = aggregatorFor(family, aggregator);
  if (family instanceof GaugeFamily && persistent === true)
    family.isPersistent = true;
  if (labelNames !== undefined)
    family.labelNames = namesFor(family, labelNames);
  const sets =
    initialLabels === undefined ? [] : initialSets(family, initialLabels);
  const areLabelsKnown =
    family.labelNames.length > 0 || initialLabels !== undefined;
  if (areLabelsKnown && family instanceof CounterFamily)
    family.dropProvisional();
  for (const set of sets) family.addInitial(set);
  if (description !== undefined) {
    const help = checkText('description', description, family.name);
    if (family.help === family.name && help !== '') {
      family.help = shortened(help, MAX_HELP);
    }
  }
  if (unit !== undefined) {
    family.unit ??= checkText('unit', unit, family.name);
    if (family.type === MetricType.TIMER) checkTimerUnit(unit, family.name);
  }
}

/** The aggregator of a gauge; the first one stays. */
function aggregatorFor(family: Family, given: Aggregator): Aggregator {
  const { aggregator = given } = family;
  if (aggregator !== given) {
    throw new MetricConflictError(
      `Metric "${family.name}" has the aggregator ${aggregator} and was asked for with ${given}; use the same one`,
    );
  }
  return given;
}

/** How long series stay that are not recorded in; the first time stays. */
function expiryFor(family: Family, given: number): SeriesExpiry {
  const { expiry = new SeriesExpiry(given) } = family;
  if (expiry.seconds !== given) {
    throw new MetricConflictError(
      `Metric "${family.name}" has the expireAfter ${expiry.seconds} and was asked for with ${given}; use the same one`,
    );
  }
  return expiry;
}

/** The declared label names; the first ones stay. */
function namesFor(family: Family, given: readonly string[]): readonly string[] {
  if (!Array.isArray(given)) {
    throw new OptionsError(
      `The labelNames of metric "${family.name}" are ${shown(given)}; expected an array of label names`,
    );
  }
  for (const name of given) checkLabelName(name, family.name);
  const { labelNames } = family;
  if (labelNames.length > 0 && String(labelNames) !== String(given)) {
    throw new MetricConflictError(
      `Metric "${family.name}" has the labelNames ${labelNames.join(', ')} and was asked for with ${given.join(', ')}; use the same names in the same order`,
    );
  }
  return [...given];
}

/** @throws {LabelError} naming the metric and the place among the labels. */
function initialSets(family: Family, given: readonly Labels[]): LabelSet[] {
  if (!Array.isArray(given)) {
    throw new OptionsError(
      `The initialLabels of metric "${family.name}" are ${shown(given)}; expected an array of objects of label names and values`,
    );
  }
  return given.map((labels, i) => {
    try {
      return family.labels.ofObject(labels);
    } catch (error) {
      if (!(error instanceof LabelError)) throw error;
      const { message } = error;
      throw new LabelError(`initialLabels[${i}]: ${message}`, { cause: error });
    }
  });
}

function checkText(option: string, text: unknown, metric: string): string {
  if (typeof text === 'string') return text;
  throw new OptionsError(
    `The ${option} of metric "${metric}" is ${shown(text)}; expected a text`,
  );
}

function checkTimerUnit(unit: string, metric: string): void {
  if (unit === 's' || unit === 'seconds') return;
  throw new OptionsError(
    `The unit of timer "${metric}" is ${shown(unit)}; timers are in seconds, convert the value and leave the unit out`,
  );
}

/** Why a family cannot be used as this type with these buckets; `undefined` if it can. */
// Why: docs/decisions/recording.md, "One name may have several sets of label names".
export function conflictOf(
  family: Family,
  type: MetricType,
  buckets: readonly number[] | undefined,
): MetricConflictError | undefined {
  if (exposedType(family.type) !== exposedType(type)) {
    return new MetricConflictError(
      `Metric "${family.name}" is registered as ${typeName(family)} and was asked for as a ${type}; give one of them another name`,
    );
  }
  if (
    buckets !== undefined &&
    family instanceof HistogramFamily &&
    !sameItems(checkBuckets(buckets, family.name), family.bounds)
  ) {
    return new MetricConflictError(
      `Metric "${family.name}" is registered with buckets ${family.bounds.join(', ')} and was asked for with ${buckets.join(', ')}; use the same buckets or another name`,
    );
  }
  return undefined;
}

/**
 * Checks that no metric has the name of a sample of a histogram, such as `x_count` beside a histogram `x`.
 *
 * @param registered returns the registered family of a name.
 * @throws {MetricConflictError} naming both metrics.
 */
export function checkSuffixes(
  family: Family,
  registered: (name: string) => Family | undefined,
): void {
  const { name } = family;
  const suffix = HISTOGRAM_SUFFIXES.find((end) => name.endsWith(end));
  const base = suffix && registered(name.slice(0, -suffix.length));
  if (base instanceof HistogramFamily) {
    throw new MetricConflictError(
      `Metric "${name}" would have the name of a sample of histogram "${base.name}"; give one of them another name`,
    );
  }
  if (!(family instanceof HistogramFamily)) return;
  const taken = HISTOGRAM_SUFFIXES.find((end) => registered(name + end));
  if (taken !== undefined) {
    throw new MetricConflictError(
      `Histogram "${name}" would have a sample named like metric "${name}${taken}"; give one of them another name`,
    );
  }
}

/** Whether two families of one name accept the same recordings. */
export function areCompatible(one: Family, other: Family): boolean {
  const buckets = other instanceof HistogramFamily ? other.bounds : undefined;
  return conflictOf(one, other.type, buckets) === undefined;
}

export function typeName(family: Family | undefined): string {
  return family === undefined ? 'gone' : `a ${family.type}`;
}
