import type { Aggregator } from '../model/aggregator.js';
import type { HistogramCell, ValueCell } from '../model/cells.js';
import type { Family } from '../model/family.js';
import { HistogramFamily } from '../model/histogram.js';
import { labelsOf } from '../model/labels.js';
import { type ExposedType, exposedType } from '../model/metric-type.js';
import type { MetricRegistry } from './metric-registry.js';

/**
 * Milliseconds that prom-client waits for the callback of a gauge: its AggregatorRegistry
 * fails for a whole cluster if one process has not answered within 5 seconds.
 */
const READ_LIMIT = 4_000;

/**
 * One of our families in the form of a prom-client metric, so that prom-client's pages,
 * JSON, cluster aggregation and Pushgateway client show it too.
 */
// Why: docs/decisions/recording.md, "Metric families are our own, the registry is prom-client's".
export class RegistryAdapter {
  /** Writable: prom-client's OpenMetrics page renames counters in place. */
  name: string;
  readonly type: ExposedType;

  constructor(readonly family: Family) {
    this.name = family.name;
    this.type = exposedType(family.type);
  }

  get help(): string {
    return this.family.help;
  }

  /** prom-client's `AggregatorRegistry` fails for aggregators that it does not know. */
  get aggregator(): Aggregator {
    const { aggregator = 'sum' } = this.family;
    if (aggregator === 'latest') return 'first';
    return aggregator === 'each' ? 'sum' : aggregator;
  }

  /** Adds the family to a registry. Throws what prom-client throws if the name is taken. */
  register(registry: MetricRegistry): void {
    this.name = this.family.name;
    registry.registerMetric(this);
  }

  /** Called by prom-client for JSON and aggregation. */
  get() {
    return this.read(valuesForJson);
  }

  /** Called by prom-client for its pages. */
  getForPromString() {
    return this.read(valuesForPage);
  }

  /** Called by prom-client's `registry.resetMetrics()`. */
  reset(): void {
    this.family.reset();
  }

  private async read(valuesOf: typeof valuesForPage) {
    const fresh = await this.family.refresh(READ_LIMIT);
    const { family, name, help, type, aggregator } = this;
    const values = valuesOf(family, name, fresh);
    return { name, help, type, aggregator, values };
  }
}

type PromClientLabels = Record<string, string | number>;

/** A line of a page as metrics of prom-client return it. */
interface AdapterValue {
  labels: PromClientLabels;
  value: number;
  metricName?: string;
  /** Further labels. prom-client caches their text for as long as the object lives. */
  sharedLabels?: Readonly<Record<string, string>>;
}

/** Used as `sharedLabels`: without them, prom-client would create an object for each line and cache its text. */
const NO_LABELS = Object.freeze({});

/** The shared labels of each histogram series, whose text prom-client writes once. */
const sharedLabels = new WeakMap<HistogramCell, Record<string, string>>();

/**
 * The lines of a family on prom-client's page.
 *
 * @param name the present name of the metric in prom-client.
 * @param isFresh whether the callback of a gauge has succeeded.
 */
function valuesForPage(
  family: Family,
  name: string,
  isFresh: boolean,
): AdapterValue[] {
  if (family instanceof HistogramFamily) return linesOf(family, name);
  return family.cellsAfter(isFresh).map((cell) => ({
    labels: labelsOf(cell),
    value: (cell as ValueCell).value,
    sharedLabels: NO_LABELS,
  }));
}

/** The same for prom-client's JSON and aggregation, which change the objects that they are given. */
function valuesForJson(
  family: Family,
  name: string,
  isFresh: boolean,
): AdapterValue[] {
  if (family instanceof HistogramFamily) {
    return linesOf(family, name).map(
      ({ labels, sharedLabels: shared, value, metricName }) => ({
        labels: { ...shared, ...labels },
        value,
        metricName: metricName!,
      }),
    );
  }
  return family.cellsAfter(isFresh).map((cell) => ({
    labels: labelsOf(cell),
    value: (cell as ValueCell).value,
  }));
}

function linesOf(family: HistogramFamily, name: string): AdapterValue[] {
  const bounds = [...family.bounds, '+Inf'].map((le) => ({ le }));
  const names = ['_bucket', '_sum', '_count'].map((suffix) => name + suffix);
  const [bucket, sum, total] = names as [string, string, string];
  const lines: AdapterValue[] = [];
  for (const cell of family.cells) {
    const shared = sharedLabelsOf(cell);
    const add = (metricName: string, value: number, labels: PromClientLabels) =>
      lines.push({ labels, value, metricName, sharedLabels: shared });
    let count = 0;
    for (let i = 0; i < bounds.length; i++) {
      add(bucket, (count += cell.counts[i]!), bounds[i]!);
    }
    add(sum, cell.sum, NO_LABELS);
    add(total, count, NO_LABELS);
  }
  return lines;
}

function sharedLabelsOf(cell: HistogramCell): Record<string, string> {
  let shared = sharedLabels.get(cell);
  if (shared === undefined) sharedLabels.set(cell, (shared = labelsOf(cell)));
  return shared;
}
