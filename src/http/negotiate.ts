import { type Preference, preferencesOf } from './preferences.js';
import type { Format } from '../exposition/formats/format.js';

/** All formats that there are. The first is for those who ask for none. */
export type Formats = readonly [Format, ...Format[]];

/**
 * The format to answer with, by the header `Accept` (RFC 9110, section 12.5.1): what
 * the client prefers of what there is. Scrapers of all ages are to be answered, so it
 * is the first format if there is nothing that the client accepts.
 */
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

function covers({ value, parameters }: Preference, format: Format): boolean {
  const { mediaType } = format;
  const isOfType =
    value === '*/*' ||
    value === mediaType ||
    value === `${mediaType.split('/', 1)[0]}/*`;
  return (
    isOfType &&
    Object.entries(format.parameters).every(
      ([name, spoken]) => (parameters.get(name) ?? spoken) === spoken,
    )
  );
}
