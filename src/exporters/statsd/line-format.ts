import type { StatsD } from 'hot-shots';
import type { ResolvedStatsdOptions } from './statsd.options.js';

/** Labels of a series. */
type Labels = Readonly<Record<string, string>>;

/** How observations are sent: milliseconds, a histogram, or a distribution (DogStatsD protocol, "Metrics"). */
export type ObservationType = 'ms' | 'h' | 'd';

/**
 * What a label's value cannot have, as it would end the tag, the name or the line
 * (DogStatsD protocol; Telegraf, "StatsD input plugin"; Graphite, "Carbon: Tags"), and
 * a "%" that looks like the start of an escape. hot-shots would write "_" for some of
 * it, which makes one series of two.
 */
const RESERVED = {
  dogstatsd: /[\p{Cc}|,@#]|%(?=[0-9A-F]{2})/gu,
  telegraf: /[\p{Cc}:|,=@#\\]|%(?=[0-9A-F]{2})/gu,
  graphite: /[\p{Cc};=~|:,@#]|%(?=[0-9A-F]{2})/gu,
};

/**
 * Writes lines as a server wants them, by hot-shots: it knows the forms, adds the
 * tags of the `DD_` variables and samples. It is told not to send anything itself,
 * since it does not say which lines have arrived.
 */
export class LineFormat {
  private readonly client: StatsD;
  private readonly isGraphite: boolean;
  private readonly reserved: RegExp;

  constructor(
    client: typeof StatsD,
    { prefix, tags, sampleRate }: ResolvedStatsdOptions,
  ) {
    this.isGraphite = tags === 'graphite';
    this.reserved = RESERVED[tags];
    const isDatadog = tags === 'dogstatsd';
    this.client = new client({
      mock: true,
      // Else it looks at the variables for another one, and prints what it thinks of them.
      protocol: 'udp',
      // Not all versions add the dot themselves.
      prefix: prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`,
      sampleRate,
      telegraf: tags === 'telegraf',
      includeDataDogTags: isDatadog,
      // Others do not know the fields for containers, which a variable would switch on.
      ...(!isDatadog && { datadog: false }),
      includeDatadogTelemetry: false,
      errorHandler: () => {},
    });
  }

  /** @param growth what the counter has grown by. */
  counter(name: string, labels: Labels, growth: number): string {
    const tags = this.tags(labels);
    return this.written(() =>
      this.client.increment(this.name(name, tags), growth, 1, this.own(tags)),
    )!;
  }

  /** Two lines where the first sign would mean a difference (StatsD, "Gauges"). */
  gauge(name: string, labels: Labels, value: number): string {
    const tags = this.tags(labels);
    const line = (one: number) =>
      this.written(() =>
        this.client.gauge(this.name(name, tags), one, 1, this.own(tags)),
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
    const tags = this.tags(labels);
    return this.written(() =>
      this.client[method[type]](
        this.name(name, tags),
        value,
        // In its place, tags named "tags" or "timestamp" would be taken for options.
        undefined,
        this.own(tags),
      ),
    );
  }

  /** Labels that are safe to be written. An empty one is none, as for Prometheus. */
  private tags(labels: Labels): Record<string, string> {
    const tags: Record<string, string> = {};
    for (const label in labels) {
      const value = labels[label]!;
      if (value !== '') tags[label] = this.safe(value);
    }
    return tags;
  }

  private safe(value: string): string {
    const safe = value.replace(this.reserved, percentEncoded);
    // Carbon ends a name at a blank.
    return this.isGraphite ? safe.replace(/\s/g, '_') : safe;
  }

  /**
   * No other name of Prometheus has a dot in it, so that what had a colon meets none.
   * Graphite has tags in the name.
   */
  private name(name: string, tags: Labels): string {
    let whole = name.replaceAll(':', '.');
    if (!this.isGraphite) return whole;
    for (const tag in tags) whole += `;${tag}=${tags[tag]}`;
    return whole;
  }

  private own(tags: Record<string, string>): Record<string, string> {
    return this.isGraphite ? {} : tags;
  }

  private written(write: () => void): string | undefined {
    write();
    return this.client.mockBuffer!.pop();
  }
}

function percentEncoded(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  return `%${code.padStart(2, '0')}`;
}
