import type { Family } from './family.js';

/** The owner of families. It receives their events. */
export interface FamilyKeeper {
  /**
   * Called before an unregistered family, such as a cleared one, gets a series. Returns
   * the family that is registered under its name, which may be another one by now;
   * `undefined` if there is no room. Throws if the name belongs to another type.
   */
  reregister(family: Family): Family | undefined;
  /** Called when a family is full. Returns a function to call for each recording in the overflow series. */
  overflowed(family: Family): () => void;
  /** Called when the callback of a gauge fails. */
  collectFailed(family: Family, error: unknown): void;
}
