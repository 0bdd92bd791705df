/** A text to insert at a position. */
export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A text with insertions, which come in any order. Those at one position keep their order. */
export function insert(text: string, insertions: readonly Insertion[]): string {
  const sorted = [...insertions].sort((a, b) => a.at - b.at);
  const starts = [0, ...sorted.map(({ at }) => at)];
  return starts
    .map(
      (start, i) =>
        (sorted[i - 1]?.text ?? '') + text.slice(start, starts[i + 1]),
    )
    .join('');
}
