/** Units in words as Prometheus has them, and what UCUM and OTLP have. */
const UCUM: Readonly<Record<string, string>> = {
  days: 'd',
  hours: 'h',
  minutes: 'min',
  seconds: 's',
  milliseconds: 'ms',
  microseconds: 'us',
  nanoseconds: 'ns',
  bits: 'bit',
  bytes: 'By',
  kibibytes: 'KiBy',
  mebibytes: 'MiBy',
  gibibytes: 'GiBy',
  tebibytes: 'TiBy',
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

/** What stands after `_per_`. */
const PER: Readonly<Record<string, string>> = {
  second: 's',
  minute: 'min',
  hour: 'h',
  day: 'd',
  week: 'wk',
  month: 'mo',
  year: 'a',
  meter: 'm',
  byte: 'By',
};

/**
 * The unit as OTLP has it. What counts things has their name in braces, which is
 * dropped by those who turn it into a Prometheus metric, so that the name stays.
 * (OpenTelemetry specification, "Prometheus and OpenMetrics Compatibility", "Metric Metadata";
 * semantic conventions, "Instrument Units".)
 */
export function ucumOf(unit: string | undefined): string {
  if (unit === undefined) return '';
  if (isSymbol(unit)) return unit;
  const at = unit.indexOf('_per_');
  if (at < 0) return lookUp(UCUM, unit);
  const per = unit.slice(at + '_per_'.length);
  return `${lookUp(UCUM, unit.slice(0, at))}/${lookUp(PER, per)}`;
}

/** Units that are in the form of OTLP already. */
function isSymbol(unit: string): boolean {
  return (
    unit.startsWith('{') ||
    unit.includes('/') ||
    Object.values(UCUM).includes(unit)
  );
}

function lookUp(units: Readonly<Record<string, string>>, word: string): string {
  return Object.hasOwn(units, word) ? units[word]! : `{${word}}`;
}
