import { percent } from '../format/numbers.js';

/** From this share of failures on, they are marked. */
const MARKED_SHARE = 0.05;

/** Whether a share of failures is marked. */
export const isMarked = (share: number | null): boolean =>
  (share ?? 0) >= MARKED_SHARE;

export interface ShareProps {
  readonly share: number | null;
  readonly bad?: boolean;
}

/** A share with its bar. */
export function Share({ share, bad = false }: ShareProps) {
  const width = `${Math.min(1, share ?? 0) * 100}%`;
  return (
    <span class="share">
      <span class={bad ? 'meter bad' : 'meter'} aria-hidden="true">
        <i style={{ width }} />
      </span>
      <span>{percent(share)}</span>
    </span>
  );
}

/** `null` if there was nothing to fail. */
export const shareOf = (part: number, whole: number): number | null =>
  whole > 0 ? part / whole : null;
