import { counterFamily } from '../../../registry/sample-names.js';

/** Units in Prometheus' words, and in UCUM, which OTLP uses. */
const UCUM: Readonly<Record<string, string>> = {
  days: 'd',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  milliseconds: 'ms',
  microseconds: 'us',
  nanoseconds: 'ns',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  kilobytes: 'KBy',
  megabytes: 'MBy',
  gigabytes: 'GBy',
  terabytes: 'TBy',
  meters: 'm',
  volts: 'V',
  amperes: 'A',
  joules: 'J',
  watts: 'W',
  grams: 'g',
  celsius: 'Cel',
  hertz: 'Hz',
  ratio: '1',
  percent: '%',
};

const WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(UCUM).map(([word, symbol]) => [symbol, word]),
);

/**
 * The unit in UCUM, in braces where the name does not end with it (OpenTelemetry specification,
 * "Prometheus and OpenMetrics Compatibility", "Metric Metadata"). Rates and counted things are always in braces.
 *
 * @param name the exposed name of the metric.
 */
// Why: docs/decisions/exporters.md, "A unit is sent only if the name contains it".
export function ucumOf(unit: string | undefined, name: string): string {
  if (unit === undefined) return '';
  if (unit.includes('{')) return unit;
  const word = Object.hasOwn(WORDS, unit) ? WORDS[unit]! : unit;
  const isInName = counterFamily(name).endsWith(`_${word}`);
  return isInName && Object.hasOwn(UCUM, word) ? UCUM[word]! : `{${unit}}`;
}
