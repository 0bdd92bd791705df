/** Values with the exact parts of those that are no single number, by their index. */
export interface ExactValues {
  readonly values: Float64Array;
  readonly parts: ReadonlyMap<number, readonly number[]>;
}

/** The values, and what follows them: for each exact part its index, how many numbers there are, and they themselves. As text they would take ten times as long. */
export function packExact({
  values,
  parts,
}: ExactValues): readonly Float64Array[] {
  let size = 0;
  for (const one of parts.values()) size += 2 + one.length;
  const packed = new Float64Array(size);
  let at = 0;
  for (const [index, one] of parts) {
    packed[at++] = index;
    packed[at++] = one.length;
    packed.set(one, at);
    at += one.length;
  }
  return [values, packed];
}

/** @param count how many of them are values. */
export function unpackExact(packed: Float64Array, count: number): ExactValues {
  const parts = new Map<number, readonly number[]>();
  for (let at = count; at < packed.length;) {
    const start = at + 2;
    const end = start + packed[at + 1]!;
    parts.set(packed[at]!, Array.from(packed.subarray(start, end)));
    at = end;
  }
  return { values: packed.slice(0, count), parts };
}
