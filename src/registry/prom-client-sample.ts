import { ForeignMetricError, shown } from '../core/errors.js';
import type { LabelSet } from '../model/labels.js';
import { promClientLabels } from './prom-client-labels.js';
import type { PageType } from './metric-family.js';

/** What `get()` of a prom-client metric gives: one value for each line of its page. */
export interface PromClientValue {
  readonly labels?: object;
  readonly value: unknown;
  readonly metricName?: string;
  readonly exemplar?: unknown;
}

export interface PromClientRead {
  readonly name?: string;
  readonly help?: string;
  readonly type?: unknown;
  readonly values?: readonly PromClientValue[];
}

/** The name that a foreign metric was registered under, and the one that it says it has. */
export interface PromClientNames {
  readonly name: string;
  readonly alias: string;
}

/** A sample of a series: what it is of the series, and at which bound or quantile. */
export interface Sample {
  readonly labels: LabelSet;
  readonly suffix: string;
  readonly at: number;
  readonly value: number;
  readonly exemplar: unknown;
}

/** The label that tells samples of a series apart. */
const OWN_LABEL: Partial<Record<PageType, string>> = {
  histogram: 'le',
  summary: 'quantile',
};

const SUFFIXES: Partial<Record<PageType, readonly string[]>> = {
  counter: ['', '_total'],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** @throws {ForeignMetricError} if the value is no sample of such a metric. */
export function sampleOf(
  { labels: given, value, metricName, exemplar }: PromClientValue,
  type: PageType,
  names: PromClientNames,
): Sample {
  const { name } = names;
  if (typeof value !== 'number') {
    throw new ForeignMetricError(
      `Metric "${name}" has the value ${shown(value)}; expected a number`,
    );
  }
  const own = OWN_LABEL[type];
  const suffix = suffixOf(metricName, names, type);
  if (own === undefined) {
    const labels = promClientLabels(given ?? {}, name);
    return { labels, suffix, at: NaN, value, exemplar };
  }
  const { [own]: at, ...rest } = { ...given } as Record<string, unknown>;
  const labels = promClientLabels(rest, name);
  return { labels, suffix, at: numberOf(at), value, exemplar };
}

/** What stands behind the metric's name in that of the sample. */
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
  throw new ForeignMetricError(
    `The ${type} "${name}" has a sample named ${shown(sampleName)}; expected the metric's name, followed by one of: ${allowed.join(' ')}`,
  );
}

/** A bound or a quantile; NaN if it is none. */
function numberOf(at: unknown): number {
  if (typeof at === 'number') return at;
  if (typeof at !== 'string' || at.trim() === '') return NaN;
  return at === '+Inf' ? Infinity : Number(at);
}
