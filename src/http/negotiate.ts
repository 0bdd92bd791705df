import type { Format } from '../exposition/formats/format.js';

/** The formats of the metrics page. The first is the default. */
export type Formats = readonly [Format, ...Format[]];

/** One item of a header such as `Accept`. */
export interface Preference {
  /** A media type, a coding, or a pattern of them, in lower case. */
  readonly value: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** The preference, from 0 (not accepted) to 1. */
  readonly weight: number;
}

/**
 * The format that a client prefers by its header `Accept` (RFC 9110, section 12.5.1).
 * A client that accepts none of the formats gets the first one: every scraper can read it.
 */
// Why: docs/decisions/pages.md, "The scraper chooses the format".
export function negotiate(
  accept: string | undefined,
  formats: Formats,
): Format {
  const ranges = preferencesOf(accept);
  const refused = ranges.filter(
    ({ value, weight }) => weight === 0 && !value.endsWith('*'),
  );
  const offered = formats.filter(
    (format) => !refused.some((range) => covers(range, format)),
  );
  const preferred = ranges
    .filter(({ weight }) => weight > 0)
    .sort((a, b) => b.weight - a.weight);
  for (const range of preferred) {
    const format = offered.find((one) => covers(range, one));
    if (format !== undefined) return format;
  }
  return formats[0];
}

/** Whether a header `Accept-Encoding` (RFC 9110, section 12.5.3) names gzip. */
export function acceptsGzip(
  acceptEncoding: string | string[] | undefined,
): boolean {
  return preferencesOf(String(acceptEncoding ?? '')).some(
    ({ value, weight }) => value === 'gzip' && weight > 0,
  );
}

/** The items of a header such as `Accept` (RFC 9110, sections 12.4.2 and 12.5), without malformed ones. */
export function preferencesOf(header = ''): Preference[] {
  return header.split(',').flatMap((text) => {
    const [value = '', ...rest] = text.split(';').map((part) => part.trim());
    const parameters = new Map(rest.map(parseParameter));
    const weight = Number(parameters.get('q') ?? 1);
    return value !== '' && weight >= 0 && weight <= 1
      ? [{ value: value.toLowerCase(), parameters, weight }]
      : [];
  });
}

function parseParameter(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function covers({ value, parameters }: Preference, format: Format): boolean {
  const { mediaType } = format;
  const isOfType =
    value === '*/*' ||
    value === mediaType ||
    value === `${mediaType.split('/', 1)[0]}/*`;
  return (
    isOfType &&
    Object.entries(format.parameters).every(
      ([name, ours]) => (parameters.get(name) ?? ours) === ours,
    )
  );
}
