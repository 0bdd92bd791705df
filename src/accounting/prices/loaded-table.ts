import type { ModelPrice, PriceTable } from './price-table.js';

/** A table of prices as it was read. */
export interface LoadedTable extends PriceTable {
  /** Prices by the whole key of their entry, for providers of which there is no entry, such as a gateway of the user's. */
  readonly byKey?: readonly ModelPrice[];
  /** The entries that cannot be used. */
  readonly problems?: readonly TableProblem[];
}

/** An entry of a price file that cannot be used. */
export interface TableProblem {
  /** The key of the entry. */
  readonly where: string;
  readonly message: string;
  /** Whether the entry has an invalid value; else it is right, and has no price of tokens or calls. */
  readonly isInvalid: boolean;
}
