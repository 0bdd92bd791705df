import { GEN_AI_LABELS } from '../../src/instrumentation/gen-ai/gen-ai-labels.js';
import type { MetricDescriptor } from '../../src/model/metric-descriptor.js';
import { GROUPS } from './metric-tables.js';

/** The labels that all metrics of requests to a provider have. */
const REQUEST: readonly string[] = GEN_AI_LABELS.request;

/** The units that the last words of names say. The others are plain numbers. */
const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_seconds(_total)?$/, 'seconds'],
  [/_bytes$/, 'bytes'],
  [/tokens(_used)?(_total)?$|_token_usage$/, 'tokens'],
  [/_cost(_total)?$/, '`currency`'],
];

/** Fills in the tables of the page, between `<!-- metrics: name -->` and `<!-- end -->`, and the labels of requests. */
export function withMetrics(page: string): string {
  return page
    .replace(
      /(<!-- metrics: (\w+) -->\n)[^]*?(<!-- end -->)/g,
      (_all, begin: string, name: string, end: string) =>
        `${begin}\n${tableOf(name)}\n${end}`,
    )
    .replace(
      /(if their values are known: ).*/,
      (_all, words: string) => `${words}${codes(REQUEST)}.`,
    );
}

function tableOf(name: string): string {
  const rows = GROUPS[name]!.map(({ metric, recordedBy }) => [
    `\`${metric.name}\``,
    metric.description.replace(/\.$/, ''),
    typeOf(metric),
    unitOf(metric),
    labelsOf(metric),
    recordedBy,
  ]);
  const head = ['Metric', 'Meaning', 'Type', 'Unit', 'Labels', 'Recorded by'];
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}

/** A timer is a histogram of seconds on the page. */
const typeOf = ({ type }: MetricDescriptor) =>
  type === 'timer' ? 'histogram' : type;

const unitOf = ({ name }: MetricDescriptor) =>
  UNITS.find(([pattern]) => pattern.test(name))?.[1] ?? '';

function labelsOf({ labels }: MetricDescriptor): string {
  const isOfRequest = REQUEST.every((label) => labels.includes(label));
  if (!isOfRequest) return codes(labels);
  const others = labels.filter((label) => !REQUEST.includes(label));
  return ['of requests', codes(others)]
    .filter((text) => text !== '')
    .join(', ');
}

const codes = (labels: readonly string[]) =>
  labels.map((label) => `\`${label}\``).join(', ');
