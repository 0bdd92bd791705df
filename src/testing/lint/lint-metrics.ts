import type { MetricSnapshot } from '../../exporters/snapshot.js';
import { collectorFor, type MetricsOwner } from '../metrics-of.js';
import { hasAbbreviation, nonBaseUnit } from './units.js';

/** What {@link lintMetrics} checks. */
export type LintRule =
  | 'help'
  | 'base-unit'
  | 'abbreviated-unit'
  | 'unit-suffix'
  | 'total-suffix'
  | 'reserved-suffix'
  | 'reserved-label'
  | 'type-in-name'
  | 'colon'
  | 'camel-case'
  | 'camel-case-label';

/** A metric that does not follow a rule. */
export interface LintProblem {
  /** The exposed name of the metric. */
  readonly metric: string;
  /** The rule. */
  readonly rule: LintRule;
  /** What is wrong, and what to do. */
  readonly message: string;
}

const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary']);

/** Suffixes that promtool allows, as a metric of this type has such samples itself. */
const OWN_SUFFIXES: Readonly<Record<string, readonly string[]>> = {
  histogram: ['_bucket', '_count', '_sum'],
  summary: ['_count', '_sum'],
};

/** The label that samples of this type have themselves. */
const OWN_LABEL: Readonly<Record<string, string>> = {
  histogram: 'le',
  summary: 'quantile',
};

/** @returns what is wrong with a metric; nothing if it follows the rule. */
type Check = (metric: MetricSnapshot) => string | false | undefined;

/** The rules of promtool's linter, and of OpenMetrics 1.0.0 for units and suffixes. */
const CHECKS: Readonly<Record<LintRule, Check>> = {
  help: ({ help, name }) =>
    (help === '' || help === name) && 'has no help text; give it a description',
  'base-unit': ({ name }) => {
    const found = nonBaseUnit(name);
    return found && `is in ${found.unit}; use the base unit ${found.base}`;
  },
  'abbreviated-unit': ({ name }) =>
    hasAbbreviation(name) &&
    'has an abbreviated unit in its name; write the unit as a word',
  'unit-suffix': ({ name, unit }) =>
    unit !== undefined &&
    !withoutTotal(name).endsWith(`_${unit}`) &&
    `has the unit ${unit}, which its name does not end with; OpenMetrics pages leave the unit out`,
  'total-suffix': ({ name, type }) =>
    (type === 'counter') !== name.endsWith('_total') &&
    (type === 'counter'
      ? 'is a counter; end its name with _total'
      : `is a ${type}; only names of counters end with _total`),
  'reserved-suffix': ({ name, type }) => {
    const suffix = /_(bucket|count|sum|created)$/.exec(name)?.[0];
    if (suffix === undefined || OWN_SUFFIXES[type]?.includes(suffix)) return;
    return `ends with ${suffix}, as samples of histograms and summaries do; use another word`;
  },
  'reserved-label': (metric) => {
    const own = OWN_LABEL[metric.type];
    const label = labelsOf(metric).find(
      (name) => (name === 'le' || name === 'quantile') && name !== own,
    );
    return (
      label &&
      `has the label ${label}, which is reserved for histograms and summaries; use another name`
    );
  },
  'type-in-name': ({ name }) => {
    const words = name.split('_').slice(1);
    const type = words.find((word) => TYPES.has(word));
    return type && `has the type ${type} in its name; leave it out`;
  },
  colon: ({ name }) =>
    name.includes(':') &&
    'has a colon in its name, as names of recording rules do; use _',
  'camel-case': ({ name }) =>
    /[a-z][A-Z]/.test(name) && 'is in camelCase; use snake_case',
  'camel-case-label': (metric) => {
    const label = labelsOf(metric).find((name) => /[a-z][A-Z]/.test(name));
    return label && `has the label ${label} in camelCase; use snake_case`;
  },
};

/**
 * Checks the metrics of an app, a testing module or a collector as promtool's linter and
 * OpenMetrics 1.0.0 want them: names, units, labels and help texts. Metrics that were made with
 * prom-client are checked too. A metric that is not recorded yet is not checked.
 *
 * @returns the problems; an empty list if there are none.
 * @throws {OptionsError} if it has no `PrometheusCollector`.
 *
 * @example
 * expect(await lintMetrics(app)).toEqual([]);
 */
export async function lintMetrics(owner: MetricsOwner): Promise<LintProblem[]> {
  const { metrics } = await collectorFor(owner, 'lintMetrics()').snapshot();
  return metrics.flatMap(problemsOf);
}

function problemsOf(metric: MetricSnapshot): LintProblem[] {
  return (Object.keys(CHECKS) as LintRule[]).flatMap((rule) => {
    const problem = CHECKS[rule](metric);
    if (!problem) return [];
    const message = `Metric "${metric.name}" ${problem}`;
    return [{ metric: metric.name, rule, message }];
  });
}

function labelsOf({ series }: MetricSnapshot): string[] {
  return [
    ...new Set(
      series.flatMap(({ labels }: { readonly labels: object }) =>
        Object.keys(labels),
      ),
    ),
  ];
}

function withoutTotal(name: string): string {
  return name.replace(/_total$/, '');
}
