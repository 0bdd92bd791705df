import type { DatadogContext } from './datadog-environment.js';
import type { StatsdConfig } from './statsd.options.js';

/** The labels of a series. */
export type Labels = Readonly<Record<string, string>>;

/** How observations are sent: milliseconds, a histogram, or a distribution (DogStatsD protocol, "Metrics"). */
export type ObservationType = 'ms' | 'h' | 'd';

/** A counter, a gauge, or an observation. */
export type LineType = 'c' | 'g' | ObservationType;

/** How the tags of a line are written, and what a tag's value cannot contain. */
interface TagStyle {
  /** Stands before the first tag. */
  readonly start: string;
  /** Stands between two tags. */
  readonly separator: string;
  /** The text between the name of a label and its value. */
  readonly assignment: string;
  /**
   * Characters that would end the tag, the name or the line (DogStatsD protocol; Telegraf, "StatsD input
   * plugin"; Graphite, "Carbon: Tags"), and a "%" that looks like the start of an escape.
   */
  readonly reserved: RegExp;
}

const STYLES: Record<StatsdConfig['tags'], TagStyle> = {
  dogstatsd: {
    start: '|#',
    separator: ',',
    assignment: ':',
    reserved: /[\p{Cc}|,@#]|%(?=[0-9A-F]{2})/gu,
  },
  telegraf: {
    start: ',',
    separator: ',',
    assignment: '=',
    reserved: /[\p{Cc}:|,=@#\\]|%(?=[0-9A-F]{2})/gu,
  },
  graphite: {
    start: ';',
    separator: ';',
    assignment: '=',
    reserved: /[\p{Cc};=~|:,@#]|%(?=[0-9A-F]{2})/gu,
  },
};

/** Writes the lines of the StatsD protocol, with tags as the server reads them. */
// Why: docs/decisions/exporters.md, "StatsD lines are written here".
export class LineWriter {
  private readonly prefix: string;
  private readonly style: TagStyle;

  /** @param datadog what the environment adds to each line; a Datadog Agent alone understands it. */
  constructor(
    { prefix, tags }: Pick<StatsdConfig, 'prefix' | 'tags'>,
    private readonly datadog: DatadogContext | undefined,
  ) {
    this.prefix = prefix === '' || prefix.endsWith('.') ? prefix : `${prefix}.`;
    this.style = STYLES[tags];
  }

  /**
   * Writes one line, without a line feed.
   *
   * @param sampleRate which share of such lines is sent; the server scales them up.
   */
  line(
    type: LineType,
    name: string,
    labels: Labels,
    value: number,
    sampleRate = 1,
  ): string {
    // A page's name has no dot, so names that differ stay different.
    const start = this.prefix + name.replaceAll(':', '.');
    const end = `:${value}|${type}${sampleRate < 1 ? `|@${sampleRate}` : ''}`;
    const tags = this.tags(labels);
    // DogStatsD has tags at the end of a line, the others in the name.
    return this.style === STYLES.dogstatsd
      ? start + end + tags + (this.datadog?.fields ?? '')
      : start + tags + end;
  }

  /** A sign before the value means a difference (StatsD, "Gauges"), so a negative gauge is set to 0 first. */
  gauge(name: string, labels: Labels, value: number): string {
    const line = this.line('g', name, labels, value);
    return value < 0 ? `${this.line('g', name, labels, 0)}\n${line}` : line;
  }

  private tags(labels: Labels): string {
    const { start, separator, assignment } = this.style;
    let tags = this.datadogTags(labels);
    for (const name in labels) {
      const value = labels[name]!;
      // Prometheus treats an empty label as an absent one.
      if (value === '') continue;
      tags += tags === '' ? start : separator;
      tags += name + assignment + this.escaped(value);
    }
    return tags;
  }

  /** The environment's tags, without those that a label replaces. */
  private datadogTags(labels: Labels): string {
    let tags = '';
    for (const { name, text } of this.datadog?.tags ?? []) {
      if (Object.hasOwn(labels, name) && labels[name] !== '') continue;
      tags += (tags === '' ? this.style.start : this.style.separator) + text;
    }
    return tags;
  }

  /** Percent-encoding makes no two values one. */
  private escaped(value: string): string {
    const escaped = value.replace(this.style.reserved, percentEncoded);
    // Carbon, the server of Graphite, ends a name at a blank.
    return this.style === STYLES.graphite
      ? escaped.replace(/\s/g, '_')
      : escaped;
  }
}

function percentEncoded(character: string): string {
  const code = character.charCodeAt(0).toString(16).toUpperCase();
  return `%${code.padStart(2, '0')}`;
}
