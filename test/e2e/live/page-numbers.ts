/** One sample of the metrics page. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([\w:]+)(?:\{(.*)\})? (\S+)/;
const LABEL = /(\w+)="((?:[^"\\]|\\.)*)"/g;

/** The samples of a page in Prometheus' text format. */
export function samplesOf(page: string): Sample[] {
  return page.split('\n').flatMap((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    if (!name || line.startsWith('#')) return [];
    return { name, labels: labelsOf(labels), value: Number(value) };
  });
}

function labelsOf(text: string): Record<string, string> {
  const pairs = [...text.matchAll(LABEL)].map(
    ([, name, value]) => [name!, unescaped(value!)] as const,
  );
  return Object.fromEntries(pairs);
}

const unescaped = (value: string): string =>
  value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));

/** The numbers of a page, as a person with Prometheus would compute them. */
export class PageNumbers {
  private readonly samples: readonly Sample[];

  constructor(page: string) {
    this.samples = samplesOf(page);
  }

  /** The sum of the series with these labels. */
  sum(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.matching(name, labels).reduce(
      (sum, { value }) => sum + value,
      0,
    );
  }

  /** Prometheus' `histogram_quantile(q, sum by (le) (<name>_bucket))`, rounded where Prometheus rounds. */
  quantile(
    q: number,
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): number {
    const buckets = this.buckets(name, labels);
    const rank = q * buckets.at(-1)![1];
    const index = buckets.findIndex(([, total]) => total >= rank);
    const [upper, total] = buckets[index]!;
    const [lower, before] = index > 0 ? buckets[index - 1]! : [0, 0];
    if (upper === Infinity) return lower;
    return lower + (upper - lower) * ((rank - before) / (total - before));
  }

  private matching(name: string, wanted: Readonly<Record<string, string>>) {
    return this.samples.filter(
      (sample) =>
        sample.name === name &&
        Object.entries(wanted).every(
          ([label, value]) => sample.labels[label] === value,
        ),
    );
  }

  private buckets(name: string, labels: Readonly<Record<string, string>>) {
    const sums = new Map<number, number>();
    for (const { labels: own, value } of this.matching(
      `${name}_bucket`,
      labels,
    )) {
      const le = own['le'] === '+Inf' ? Infinity : Number(own['le']);
      sums.set(le, (sums.get(le) ?? 0) + value);
    }
    return [...sums].sort(([a], [b]) => a - b);
  }
}
