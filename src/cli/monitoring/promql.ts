import type { MetricDescriptor } from '../../model/metric-descriptor.js';

/** Labels that the scraper adds to all series. */
export type TargetLabel = 'job' | 'instance';

/** Conditions by label: operator and value, e.g. `'="error"'`. */
export type Matchers<L extends string> = {
  readonly [K in L | TargetLabel]?: string;
};

/** Which histograms Prometheus stores: with a series per bucket, as one value, or some of each. */
export type Histograms = 'classic' | 'native' | 'both';

/** A PromQL expression, and the metrics that it reads. */
export class Expression {
  constructor(
    readonly text: string,
    readonly metrics: readonly Metric<string>[],
  ) {}

  /** The quotient; nothing where the divisor is zero. */
  per(divisor: Expression): Expression {
    return this.with(divisor, `(${this.text}) / ((${divisor.text}) > 0)`);
  }

  or(other: Expression): Expression {
    return this.with(other, `(${this.text}) or (${other.text})`);
  }

  times(factor: number): Expression {
    return this.map((text) => `(${text}) * ${factor}`);
  }

  map(change: (text: string) => string): Expression {
    return new Expression(change(this.text), this.metrics);
  }

  private with(other: Expression, text: string): Expression {
    return new Expression(text, [...this.metrics, ...other.metrics]);
  }
}

/** A metric with its name in Prometheus. Only labels that its series have can be used in queries. */
export class Metric<L extends string> {
  /** @param name the exposed name. */
  constructor(
    readonly name: string,
    readonly descriptor: MetricDescriptor<L>,
    private readonly histograms: Histograms,
  ) {}

  where(matchers: Matchers<L> = {}): Selection<L> {
    return new Selection(this, matchers, this.histograms);
  }

  /** A regular expression of the names that its series have, without those of buckets and sums. */
  get seriesNames(): string {
    const { type } = this.descriptor;
    const isHistogram = type === 'timer' || type === 'histogram';
    if (!isHistogram || this.histograms === 'native') return this.name;
    const isOptional = this.histograms === 'both';
    return isOptional ? `${this.name}(_count)?` : `${this.name}_count`;
  }
}

/** The window of a rate: at least four scrapes, as Grafana computes it. */
const RATE = '$__rate_interval';

type By<L extends string> = readonly (L | TargetLabel)[];

/** The series of a metric that fulfil conditions. */
export class Selection<L extends string> {
  constructor(
    private readonly metric: Metric<L>,
    private readonly matchers: Matchers<L>,
    private readonly histograms: Histograms,
  ) {}

  /** The selector, e.g. `up{job="api"}`. */
  selector(suffix = ''): string {
    const pairs = this.pairs().join(',');
    return `${this.metric.name}${suffix}${pairs === '' ? '' : `{${pairs}}`}`;
  }

  /** A selector that finds the series of a counter or gauge, and those of histograms of either kind. */
  anyKind(): string {
    const name = `__name__=~"${this.metric.seriesNames}"`;
    return `{${[name, ...this.pairs()].join(',')}}`;
  }

  /** An aggregation of the present values. */
  aggregated(operator: 'sum' | 'min' | 'max' | 'count', by: By<L>): Expression {
    return this.expression(`${operator}${byOf(by)} (${this.selector()})`);
  }

  /** Recordings per second: increments of a counter, observations of a histogram. */
  rate(by: By<L>, range = RATE): Expression {
    return this.summed('rate', by, range);
  }

  /** The share that these recordings are of others; nothing where there are no others. */
  shareOf(all: Selection<L>, by: By<L>): Expression {
    return this.rate(by).per(all.rate(by));
  }

  /** Recordings in a window. */
  increase(by: By<L>, range: string): Expression {
    return this.summed('increase', by, range);
  }

  /** A quantile of a histogram. */
  quantile(q: number, by: By<L>, range = RATE): Expression {
    const [classic, native] = this.bucketRates('rate', by, range);
    return this.eitherKind(
      `histogram_quantile(${q}, ${classic})`,
      `histogram_quantile(${q}, ${native})`,
    );
  }

  /** The mean of what a histogram has observed. */
  mean(by: By<L>, range = RATE): Expression {
    const of = (suffix: string) => this.sumOf('rate', suffix, by, range);
    const native = this.sumOf('rate', '', by, range);
    return this.eitherKind(
      `${of('_sum')} / (${of('_count')} > 0)`,
      `histogram_sum(${native}) / (histogram_count(${native}) > 0)`,
    );
  }

  /** What a histogram has observed per second, added up. */
  total(by: By<L>, range = RATE): Expression {
    return this.eitherKind(
      this.sumOf('rate', '_sum', by, range),
      `histogram_sum(${this.sumOf('rate', '', by, range)})`,
    );
  }

  /** The buckets of a histogram, for a heat map. */
  buckets(range = RATE): Expression {
    const [classic, native] = this.bucketRates('increase', [], range);
    return this.eitherKind(classic, native);
  }

  private pairs(): string[] {
    return Object.entries(this.matchers).map(
      ([label, condition]) => `${label}${String(condition)}`,
    );
  }

  private summed(
    change: 'rate' | 'increase',
    by: By<L>,
    range: string,
  ): Expression {
    const { type } = this.metric.descriptor;
    if (type === 'counter') {
      return this.expression(this.sumOf(change, '', by, range));
    }
    return this.eitherKind(
      this.sumOf(change, '_count', by, range),
      `histogram_count(${this.sumOf(change, '', by, range)})`,
    );
  }

  private bucketRates(
    change: 'rate' | 'increase',
    by: By<L>,
    range: string,
  ): [classic: string, native: string] {
    const classic = this.sumOf(change, '_bucket', ['le', ...by], range);
    return [classic, this.sumOf(change, '', by, range)];
  }

  private sumOf(
    change: 'rate' | 'increase',
    suffix: string,
    by: readonly string[],
    range: string,
  ): string {
    return `sum${byOf(by)} (${change}(${this.selector(suffix)}[${range}]))`;
  }

  private eitherKind(classic: string, native: string): Expression {
    if (this.histograms === 'classic') return this.expression(classic);
    if (this.histograms === 'native') return this.expression(native);
    return this.expression(classic).or(this.expression(native));
  }

  private expression(text: string): Expression {
    return new Expression(text, [this.metric]);
  }
}

function byOf(labels: readonly string[]): string {
  return labels.length === 0 ? '' : ` by (${labels.join(', ')})`;
}
