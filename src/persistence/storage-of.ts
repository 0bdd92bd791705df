import { FileStorage } from './file-storage.js';
import type { PersistenceConfig } from './persistence.options.js';
import type { Storage } from './storage.js';
import { StoreStorage } from './store-storage.js';

/** The place that the options name. */
export function storageOf({ file, store, key }: PersistenceConfig): Storage {
  return file === undefined
    ? new StoreStorage(store!, key!)
    : new FileStorage(file);
}
