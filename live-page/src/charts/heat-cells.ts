import type { Heat } from '../../../src/live/answers.js';

export type Rgb = readonly [red: number, green: number, blue: number];

export const rgbOf = (hex: string): Rgb => [
  parseInt(hex.slice(1, 3), 16),
  parseInt(hex.slice(3, 5), 16),
  parseInt(hex.slice(5, 7), 16),
];

/** The largest count of a cell, at least 1. */
export const heatPeak = (cells: Heat['cells']): number =>
  cells.reduce((most, cell) => Math.max(most, ...(cell ?? [])), 1);

/** The colour of a count. The scale is of square roots, so that few are seen beside many. */
export function heatColour(
  value: number,
  peak: number,
  ramp: readonly Rgb[],
): Rgb {
  const place = Math.sqrt(value / peak) * (ramp.length - 1) * 0.9999;
  const lower = ramp[Math.floor(place)]!;
  const upper = ramp[Math.floor(place) + 1]!;
  const part = place % 1;
  return [
    mix(lower[0], upper[0], part),
    mix(lower[1], upper[1], part),
    mix(lower[2], upper[2], part),
  ];
}

const mix = (from: number, to: number, part: number): number =>
  Math.round(from + (to - from) * part);

/** One pixel for each cell: time from left to right, buckets from bottom to top. */
export function heatPixels(
  cells: Heat['cells'],
  buckets: number,
  ramp: readonly Rgb[],
  gap: Rgb,
  begun = cells.length,
): Uint8ClampedArray<ArrayBuffer> {
  const peak = heatPeak(cells);
  const pixels = new Uint8ClampedArray(cells.length * buckets * 4);
  cells.forEach((cell, column) => {
    for (let bucket = 0; bucket < buckets; bucket++) {
      const value = cell?.[bucket] ?? 0;
      if (cell ? value === 0 : column >= begun) continue;
      const row = buckets - 1 - bucket;
      const colour = cell ? heatColour(value, peak, ramp) : gap;
      pixels.set([...colour, 255], (row * cells.length + column) * 4);
    }
  });
  return pixels;
}

/** The lower and upper bound of a bucket. */
export const bucketBounds = (
  heat: Heat,
  bucket: number,
): [number, number | null] => [
  bucket > 0 ? (heat.bounds[bucket - 1] ?? heat.low) : heat.low,
  heat.bounds[bucket] ?? null,
];

/** The lower bound of the last bucket, if calls lie in it: quantiles there are "above" it. */
export function openBound(heat: Heat): number | null {
  const last = heat.bounds.length - 1;
  return last >= 0 && heat.bounds[last] === null
    ? bucketBounds(heat, last)[0]
    : null;
}

/** Which bounds are named on the axis: at most nine, as `[bound, place from 0 to 1]`. */
export function boundTicks(
  heat: Heat,
  most = 9,
): [bound: number, place: number][] {
  const count = heat.bounds.length;
  const every = Math.ceil(count / most);
  return heat.bounds.flatMap((bound, index) =>
    bound !== null && (count - 1 - index) % every === 0
      ? [[bound, (index + 1) / count] as [number, number]]
      : [],
  );
}
