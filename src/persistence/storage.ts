/** The place of one saved state. */
export interface Storage {
  /** Its name in messages, e.g. `the file "metrics.state"`. */
  readonly name: string;
  /** The bytes that were saved last; `undefined` if there are none. */
  load(): Promise<Uint8Array | undefined>;
  /** Replaces the bytes, as a whole or not at all. The caller changes `bytes` once it is done. */
  save(bytes: Uint8Array): Promise<void>;
  /** Whether others may have replaced the bytes since the last load or save. */
  mayHaveChanged(): Promise<boolean>;
  /** Moves or copies the bytes to another name, as they are no state that can be read. Returns that name. */
  setAside(bytes: Uint8Array): Promise<string>;
  /** Saves while the process ends, if that is possible, unless others have replaced the bytes. */
  saveNow?(bytes: Uint8Array): void;
}
