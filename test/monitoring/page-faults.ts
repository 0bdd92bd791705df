import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
} from '../../src/core/gen-ai-conventions.js';
import { metricsOf, type Subject } from '../../src/cli/monitoring/metrics.js';
import type { Metric } from '../../src/cli/monitoring/promql.js';

/** What a page should say of a metric. */
interface Definition {
  readonly type: string;
  readonly description: string;
  /** Absent for metrics of the conventions that no dashboard shows. */
  readonly labels?: readonly string[];
}

/** The metrics of the descriptors by their exposed names. */
export function metricsByName(
  subject: Subject,
): ReadonlyMap<string, Metric<string>> {
  const groups = Object.values(metricsOf(subject)) as Readonly<
    Record<string, Metric<string>>
  >[];
  const all = groups.flatMap((group) => Object.values(group));
  return new Map(all.map((metric) => [metric.name, metric]));
}

/** Where a page differs from the definitions of the package: unknown metrics, other types, help texts and labels. */
export function pageFaults(
  page: string,
  subjects: readonly Subject[],
): string[] {
  const definitions = definitionsOf(subjects);
  return [...page.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)].flatMap(
    ([, name = '', help = '', type = '']) => {
      const definition = definitions.get(name);
      if (definition === undefined) return [`${name} is unknown`];
      const { description, labels } = definition;
      const is = definition.type === 'timer' ? 'histogram' : definition.type;
      return [
        ...(type === is ? [] : [`${name} has the type ${type}`]),
        ...(help === description ? [] : [`${name} has the help "${help}"`]),
        ...labelsOf(page, name)
          .filter((label) => labels !== undefined && !labels.includes(label))
          .map((label) => `${name} has the label ${label}`),
      ];
    },
  );
}

function definitionsOf(
  subjects: readonly Subject[],
): ReadonlyMap<string, Definition> {
  const conventions = [GEN_AI_METRICS, FORMER_GEN_AI_METRICS].flatMap((all) =>
    Object.values<Definition & { name: string }>(all),
  );
  const shown = subjects.flatMap((subject) => [...metricsByName(subject)]);
  return new Map<string, Definition>([
    ...conventions.map((metric) => [metric.name, metric] as const),
    ...shown.map(([name, { descriptor }]) => [name, descriptor] as const),
  ]);
}

/** The labels of the series of a metric, without those of buckets. */
function labelsOf(page: string, name: string): string[] {
  const series = new RegExp(
    `^${name}(?:_bucket|_sum|_count)?\\{(.*)\\} `,
    'gm',
  );
  const labels = [...page.matchAll(series)].flatMap(([, text = '']) =>
    [...text.matchAll(/(\w+)="/g)].map(([, label]) => label!),
  );
  return [...new Set(labels)].filter((label) => label !== 'le');
}
