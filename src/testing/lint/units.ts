/** Units by their base unit, as promtool knows them (prometheus.io/docs/practices/naming, "Base units"). */
const UNITS: Readonly<Record<string, string>> = {
  amperes: 'amperes',
  bytes: 'bytes',
  celsius: 'celsius',
  grams: 'grams',
  joules: 'joules',
  kelvin: 'kelvin',
  meters: 'meters',
  metres: 'metres',
  moles: 'moles',
  seconds: 'seconds',
  volts: 'volts',
  minutes: 'seconds',
  hours: 'seconds',
  days: 'seconds',
  weeks: 'seconds',
  kelvins: 'kelvin',
  fahrenheit: 'celsius',
  rankine: 'celsius',
  inches: 'meters',
  yards: 'meters',
  miles: 'meters',
  bits: 'bytes',
  calories: 'joules',
  pounds: 'grams',
  ounces: 'grams',
};

const PREFIXES =
  /^(pico|nano|micro|milli|centi|deci|deca|hecto|kilo|kibi|mega|mibi|giga|gibi|tera|tebi|peta|pebi)(?=.)/;

/** Abbreviations that a name must not have as a word. */
const ABBREVIATIONS = new Set(
  's ms us ns sec b kb mb gb tb pb m h d'.split(' '),
);

/** A unit of a name, and the base unit to use in its place. */
export interface NonBaseUnit {
  readonly unit: string;
  readonly base: string;
}

/** The first unit of a name that is not a base unit. */
export function nonBaseUnit(name: string): NonBaseUnit | undefined {
  for (const unit of name.split('_')) {
    const base = baseOf(unit) ?? baseOf(unit.replace(PREFIXES, ''));
    if (base !== undefined && base !== unit) return { unit, base };
  }
  return undefined;
}

/** Whether a name has an abbreviated unit, in its middle or at its end. */
export function hasAbbreviation(name: string): boolean {
  return name
    .split('_')
    .slice(1)
    .some((word) => ABBREVIATIONS.has(word));
}

function baseOf(unit: string): string | undefined {
  return Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
}
