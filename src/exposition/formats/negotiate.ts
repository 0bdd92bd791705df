import type { Format } from './format.js';

/** All formats that there are. The first is for those who ask for none. */
export type Formats = readonly [Format, ...Format[]];

/** One of the things that a client accepts. */
interface MediaRange {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly weight: number;
}

/**
 * The format to answer with, by the header `Accept` (RFC 9110, section 12.5.1): what
 * the client prefers of what there is. Scrapers of all ages are to be answered, so it
 * is the first format if there is nothing that the client accepts.
 */
export function negotiate(
  accept: string | undefined,
  formats: Formats,
): Format {
  const ranges = (accept ?? '').split(',').flatMap(mediaRangeOf);
  const refused = ranges.filter(
    ({ type, weight }) => weight === 0 && !type.endsWith('*'),
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

/** One range, or none if it is malformed. */
function mediaRangeOf(text: string): [] | [MediaRange] {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = new Map(rest.map(parameterOf));
  const weight = Number(parameters.get('q') ?? 1);
  return type !== '' && weight >= 0 && weight <= 1
    ? [{ type: type.toLowerCase(), parameters, weight }]
    : [];
}

function parameterOf(text: string): [string, string] {
  const [name = '', value = ''] = text.split('=', 2);
  return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function covers({ type, parameters }: MediaRange, format: Format): boolean {
  const { mediaType } = format;
  const isOfType =
    type === '*/*' ||
    type === mediaType ||
    type === `${mediaType.split('/', 1)[0]}/*`;
  return (
    isOfType &&
    Object.entries(format.parameters).every(
      ([name, value]) => (parameters.get(name) ?? value) === value,
    )
  );
}
