/**
 * The file operations that the members of a group share. Each is atomic: another member
 * sees it done or not done. Paths are relative to the directory of the group.
 */
export interface GroupFiles {
  /**
   * The content of a file; `undefined` if it does not exist.
   *
   * @param allocate returns memory for so many bytes, at least. Default: new memory.
   */
  read(
    path: string,
    allocate?: (size: number) => Buffer,
  ): Promise<Uint8Array | undefined>;
  /** Writes a file. Returns false if its folder does not exist. */
  write(path: string, bytes: Uint8Array): Promise<boolean>;
  /** Renames a file or folder. Returns false if it does not exist, or the target is a folder with content. */
  rename(from: string, to: string): Promise<boolean>;
  /** Gives a file a second name. Returns false if that exists, or the file does not. */
  link(from: string, to: string): Promise<boolean>;
  /** The names in a folder, none if it does not exist. */
  list(path: string): Promise<readonly string[]>;
  /** Whether there is such a file or folder. */
  exists(path: string): Promise<boolean>;
  /** Makes a folder. Does nothing if it exists. */
  makeFolder(path: string): Promise<void>;
  /** Removes a file, or a folder with its content. Does nothing if it does not exist. */
  remove(path: string): Promise<void>;
}

/**
 * What a member answers: it has saved its state, or it does not answer in time, or its
 * process has ended, or its folder is no longer there.
 */
export type RingResult = 'saved' | 'late' | 'dead' | 'gone';

/** Asks members to save their state. A living member always accepts the connection. */
export interface Doorbells {
  /** @param folder of the member. Never rejects. */
  ring(folder: string): Promise<RingResult>;
}
