import type { StatsD } from 'hot-shots';
import type { ResolvedStatsdOptions } from './statsd.options.js';

/** Labels of a series. */
type Labels = Readonly<Record<string, string>>;

/** How observations are sent: milliseconds, a histogram, or a distribution (DogStatsD protocol, "Metrics"). */
export type ObservationType = 'ms' | 'h' | 'd';

/**
 * What ends a tag, a name or a line, by kind of tags, and a "%" that looks like the
 * start of an escape. hot-shots would write "_" for some of it, which makes one series
 * of two, and leaves a ":" in the name where Telegraf expects the value behind it.
 */
const RESERVED: Record<ResolvedStatsdOptions['tags'], RegExp> = {
  dogstatsd: /[\p{Cc},|#@]|%(?=[0-9A-F]{2})/gu,
  telegraf: /[\p{Cc},|:=\\]|%(?=[0-9A-F]{2})/gu,
  graphite: /[\p{Cc},|:=;~]|%(?=[0-9A-F]{2})/gu,
};

/**
 * Writes lines as a server wants them, by hot-shots: it makes names and tags safe,
 * adds the tags of the `DD_` variables and samples. It is told not to send anything
 * itself, since it does not say which lines have arrived.
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
    this.client = new client({
      mock: true,
      prefix,
      sampleRate,
      telegraf: tags === 'telegraf',
      includeDataDogTags: tags === 'dogstatsd',
      includeDatadogTelemetry: false,
      // Else any DD_ variable adds fields that a plain StatsD fails at.
      ...(tags === 'dogstatsd' ? {} : { datadog: false }),
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

  /** No name of Prometheus has a dot in it, so that what had a colon meets no other. */
  private name(name: string, labels: Labels): string {
    let whole = name.replaceAll(':', '.');
    if (!this.isGraphite) return whole;
    for (const [label, value] of Object.entries(labels)) {
      // Carbon ends a name at a blank.
      whole += `;${label}=${this.safe(value).replaceAll(' ', '_')}`;
    }
    return whole;
  }

  private tags(labels: Labels): Record<string, string> {
    const tags: Record<string, string> = {};
    if (this.isGraphite) return tags;
    for (const [label, value] of Object.entries(labels)) {
      tags[label] = this.safe(value);
    }
    return tags;
  }

  private safe(value: string): string {
    return value.replace(this.reserved, percentEncoded);
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
