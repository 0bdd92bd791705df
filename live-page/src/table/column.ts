import type { ComponentChildren } from 'preact';
import type { SortValue } from './sort.js';

export interface Column<R> {
  readonly key: string;
  readonly label: ComponentChildren;
  /** What the heading means, as its title. */
  readonly hint?: string | undefined;
  readonly isNumber?: boolean;
  readonly className?: string;
  readonly render: (row: R) => ComponentChildren;
  /** Without it the table cannot be sorted by the column. */
  readonly value?: (row: R) => SortValue;
}

/** A button that shows a part of the rows. */
export interface Chip<R> {
  readonly label: string;
  readonly level?: 'bad' | 'ok' | 'idle';
  readonly includes: (row: R) => boolean;
}
