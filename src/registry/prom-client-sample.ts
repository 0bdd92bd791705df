import { PromClientMetricError, shown } from '../core/errors.js';
import { steadyTimeOf } from '../core/wall-clock.js';
import type { Exemplar } from '../model/exemplars.js';
import { labelPairs, latin1OfUtf8 } from '../model/label-text.js';
import type { LabelSet } from '../model/labels.js';
import type { PageType } from './metric-family.js';

/** A value that `get()` of a prom-client metric returns: one for each line of its page. */
export interface PromClientValue {
  readonly labels?: object;
  readonly value: unknown;
  readonly metricName?: string;
  readonly exemplar?: unknown;
}

/** What `get()` of a prom-client metric returns. Any member may be missing or wrong. */
export interface PromClientRead {
  readonly name?: string;
  readonly help?: string;
  readonly type?: unknown;
  readonly aggregator?: unknown;
  readonly values?: readonly PromClientValue[];
}

/** The name that a prom-client metric was registered under, and the name that its `get()` returns. */
export interface PromClientNames {
  readonly name: string;
  readonly alias: string;
}

/** A sample of a series, with its bound or quantile. */
export interface PromClientSample {
  readonly labels: LabelSet;
  /** What the name of the sample has after that of the metric, e.g. `_sum`. */
  readonly suffix: string;
  /** The bound or quantile; NaN for other samples. */
  readonly at: number;
  readonly value: number;
  readonly exemplar: unknown;
}

/** The label by which samples of one series differ. */
const SAMPLE_LABEL: Partial<Record<PageType, string>> = {
  histogram: 'le',
  summary: 'quantile',
};

const SUFFIXES: Partial<Record<PageType, readonly string[]>> = {
  counter: ['', '_total'],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** @throws {PromClientMetricError} if the value is no sample of a metric of this type. */
export function sampleOf(
  { labels: given, value, metricName, exemplar }: PromClientValue,
  type: PageType,
  names: PromClientNames,
): PromClientSample {
  const { name } = names;
  if (typeof value !== 'number') {
    throw new PromClientMetricError(
      `Metric "${name}" has the value ${shown(value)}; expected a number`,
    );
  }
  const own = SAMPLE_LABEL[type];
  const suffix = suffixOf(metricName, names, type);
  if (own === undefined) {
    const labels = promClientLabels(given ?? {}, name);
    return { labels, suffix, at: NaN, value, exemplar };
  }
  const { [own]: at, ...rest } = { ...given } as Record<string, unknown>;
  const labels = promClientLabels(rest, name);
  return { labels, suffix, at: numberOf(at), value, exemplar };
}

/** What the name of a sample has after that of the metric. */
function suffixOf(
  sampleName: string | undefined,
  { name, alias }: PromClientNames,
  type: PageType,
): string {
  if (sampleName === undefined) return '';
  const allowed = SUFFIXES[type] ?? [''];
  for (const suffix of allowed) {
    if (sampleName === name + suffix || sampleName === alias + suffix) {
      return suffix;
    }
  }
  throw new PromClientMetricError(
    `The ${type} "${name}" has a sample named ${shown(sampleName)}; expected the metric's name, followed by one of: ${allowed.join(' ')}`,
  );
}

/** A bound or a quantile as a number; NaN if it is not one. */
function numberOf(at: unknown): number {
  if (typeof at === 'number') return at;
  if (typeof at !== 'string' || at.trim() === '') return NaN;
  return at === '+Inf' ? Infinity : Number(at);
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * The labels of a prom-client metric or registry: in their order, with empty values,
 * and converted to text.
 *
 * @throws {PromClientMetricError} if a name is invalid.
 */
export function promClientLabels(labels: object, metric: string): LabelSet {
  const names = Object.keys(labels);
  for (const name of names) checkName(name, metric);
  return { names, values: Object.values(labels).map(textOf) };
}

/** Names that begin with two underscores are reserved: `__name__` makes a page invalid, and a Pushgateway refuses all of them. */
function checkName(name: string, metric: string): void {
  if (!LABEL_NAME.test(name)) {
    throw new PromClientMetricError(
      `Label name ${shown(name)} of metric "${metric}" is malformed; expected a letter or "_", then letters, digits and "_"`,
    );
  }
  if (name.startsWith('__')) {
    throw new PromClientMetricError(
      `Label name "${name}" of metric "${metric}" is reserved by Prometheus; give it another name`,
    );
  }
}

/** Replaces lone surrogates, which have no UTF-8 form. */
function textOf(value: unknown): string {
  return String(value).toWellFormed();
}

/** Characters that the labels of an exemplar may have (OpenMetrics 1.0.0, "Exemplars"). */
const MAX_EXEMPLAR_CHARACTERS = 128;

/** The exemplar of a sample; `undefined` if it is invalid. Its sample is shown in any case. */
export function promClientExemplar(given: unknown): Exemplar | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  try {
    const { labelSet, value, timestamp } = given as Record<string, unknown>;
    const labels = promClientLabels(Object(labelSet), 'exemplar');
    const characters = [...labels.names, ...labels.values].join('');
    const isValid =
      Array.from(characters).length <= MAX_EXEMPLAR_CHARACTERS &&
      typeof value === 'number' &&
      Number.isFinite(timestamp);
    if (!isValid) return undefined;
    return {
      labels: latin1OfUtf8(labelPairs(labels)),
      value,
      timestamp: steadyTimeOf(timestamp as number),
      window: 0,
    };
  } catch {
    return undefined;
  }
}
