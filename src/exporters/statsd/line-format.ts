import type { StatsD } from 'hot-shots';
import type { ResolvedStatsdOptions } from './statsd.options.js';

/** Labels of a series. */
type Labels = Readonly<Record<string, string>>;

/** How observations are sent: milliseconds, a histogram, or a distribution (DogStatsD protocol, "Metrics"). */
export type ObservationType = 'ms' | 'h' | 'd';

/** What separates tags in a name, or ends it (Graphite, "Carbon: Tags"). */
const GRAPHITE_RESERVED = /[;=~|:,\s]/g;

/**
 * Writes lines as a server wants them, by hot-shots: it makes names and tags safe,
 * adds the tags of the `DD_` variables and samples. It is told not to send anything
 * itself, since it does not say which lines have arrived.
 */
export class LineFormat {
  private readonly client: StatsD;
  private readonly isGraphite: boolean;

  constructor(
    client: typeof StatsD,
    { prefix, tags, sampleRate }: ResolvedStatsdOptions,
  ) {
    this.isGraphite = tags === 'graphite';
    this.client = new client({
      mock: true,
      prefix,
      sampleRate,
      telegraf: tags === 'telegraf',
      includeDataDogTags: tags === 'dogstatsd',
      includeDatadogTelemetry: false,
      errorHandler: () => {},
    });
  }

  /** @param growth what the counter has grown by. */
  counter(name: string, labels: Labels, growth: number): string {
    return this.written(() =>
      this.client.increment(
        this.name(name, labels),
        growth,
        1,
        this.tags(labels),
      ),
    )!;
  }

  /** Two lines where the first sign would mean a difference (StatsD, "Gauges"). */
  gauge(name: string, labels: Labels, value: number): string {
    const line = (one: number) =>
      this.written(() =>
        this.client.gauge(this.name(name, labels), one, 1, this.tags(labels)),
      )!;
    return value < 0 ? `${line(0)}\n${line(value)}` : line(value);
  }

  /** Returns `undefined` if the sample rate leaves it out. */
  observation(
    type: ObservationType,
    name: string,
    labels: Labels,
    value: number,
  ): string | undefined {
    const method = { ms: 'timing', h: 'histogram', d: 'distribution' } as const;
    return this.written(() =>
      this.client[method[type]](
        this.name(name, labels),
        value,
        this.tags(labels),
      ),
    );
  }

  private name(name: string, labels: Labels): string {
    if (!this.isGraphite) return name;
    let tagged = name;
    for (const [label, value] of Object.entries(labels)) {
      tagged += `;${label}=${value.replace(GRAPHITE_RESERVED, '_')}`;
    }
    return tagged;
  }

  private tags(labels: Labels): Record<string, string> {
    return this.isGraphite ? {} : { ...labels };
  }

  private written(write: () => void): string | undefined {
    write();
    return this.client.mockBuffer!.pop();
  }
}
