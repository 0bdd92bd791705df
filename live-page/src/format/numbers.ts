/** Between a number and its unit: narrow, and never at the end of a line. */
export const SPACE = '\u202f';

/** Joins what is one number: a currency, or a sign, and its digits. */
export const JOINT = '\u00a0';

/** Stands for a value that does not exist. */
export const NONE = '–';

/** Whether there is no value, or none that can be written. */
export const isNothing = (
  value: number | null | undefined,
): value is null | undefined => value == null || Number.isNaN(value);

/** A number with at most `digits` decimals, without zeros at its end. */
export const plain = (value: number, digits: number): string =>
  String(Number(value.toFixed(digits)));

const decimalsOf = (size: number): number =>
  size >= 100 ? 0 : size >= 1 ? 1 : 2;

const UNITS = [
  [1e3, 'k'],
  [1e6, 'M'],
  [1e9, 'G'],
  [1e12, 'T'],
] as const;

/** `0`, `0.04`, `1.2`, `340`, `1.2k`, `34k`, `1.2M` */
export function count(value: number | null | undefined): string {
  if (isNothing(value)) return NONE;
  const size = Math.abs(value);
  if (size === Infinity) return value > 0 ? '∞' : '-∞';
  if (size > 0 && size < 0.005) return value.toPrecision(1);
  if (size < 999.5) return plain(value, decimalsOf(size));
  const unit = UNITS.find(([factor]) => size < factor * 999.5);
  if (!unit) return value.toExponential(1);
  const scaled = value / unit[0];
  return plain(scaled, Math.abs(scaled) >= 100 ? 0 : 1) + unit[1];
}

/** A share of one: `0 %`, `<0.1 %`, `0.4 %`, `12 %` */
export function percent(share: number | null | undefined): string {
  if (isNothing(share)) return NONE;
  if (share > 0 && share < 0.001) return `<0.1${SPACE}%`;
  return plain(share * 100, share < 0.0995 ? 1 : 0) + SPACE + '%';
}

const BYTES = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `516 MB`, by powers of 1000. */
export function bytes(value: number | null | undefined): string {
  if (isNothing(value)) return NONE;
  let scaled = value;
  let unit = 0;
  for (; scaled >= 999.5 && unit < BYTES.length - 1; unit++) scaled /= 1000;
  return (
    plain(scaled, scaled >= 100 || unit === 0 ? 0 : 1) + SPACE + BYTES[unit]
  );
}

/** `1 call`, `2 calls` */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

/** Without the zeros that align columns: `12.0 s` becomes `12 s`, `$0.040` becomes `$0.04`. */
export const withoutZeros = (text: string): string =>
  text.replace(/\.0+(?=\D|$)/, '').replace(/(\.\d\d+?)0+(?=\D|$)/, '$1');
