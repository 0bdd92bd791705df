import { shareOf } from '../parts/share.js';

type Statuses = Readonly<Record<string, number>>;

/** The share of answers with a status, `null` without an answer. */
export const statusShare = (
  statuses: Statuses,
  status: string,
): number | null =>
  shareOf(
    statuses[status] ?? 0,
    Object.values(statuses).reduce((sum, size) => sum + size, 0),
  );

const PARTS = [
  ['m2', ['1xx', '2xx', '3xx']],
  ['m4', ['4xx', '499']],
  ['m5', ['5xx']],
] as const;

/** Answers by status class, as parts of a bar. The columns beside it have the numbers. */
export function StatusMix({ statuses }: { readonly statuses: Statuses }) {
  return (
    <span class="mixbar" aria-hidden="true">
      {PARTS.map(([name, classes]) => (
        <i
          key={name}
          class={name}
          style={{ width: `${partOf(statuses, classes) * 100}%` }}
        />
      ))}
    </span>
  );
}

const partOf = (statuses: Statuses, classes: readonly string[]): number =>
  classes.reduce(
    (sum, status) => sum + (statusShare(statuses, status) ?? 0),
    0,
  );

export function StatusMixKey() {
  return (
    <span class="mixkey">
      <i class="m2" />
      2xx <i class="m4" />
      4xx <i class="m5" />
      5xx
    </span>
  );
}
