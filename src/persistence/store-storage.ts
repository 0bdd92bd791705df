import type { MetricsStore } from './metrics-store.js';
import type { Storage } from './storage.js';

/** A state under a key of a store. */
export class StoreStorage implements Storage {
  readonly name: string;

  constructor(
    private readonly store: MetricsStore,
    private readonly key: string,
  ) {
    this.name = `the key "${key}"`;
  }

  async load(): Promise<Uint8Array | undefined> {
    const bytes: unknown = await this.store.load(this.key);
    if (bytes === undefined || bytes instanceof Uint8Array) return bytes;
    throw new TypeError('the store gave something else than bytes');
  }

  async save(bytes: Uint8Array): Promise<void> {
    // A copy, which the store may keep.
    await this.store.save(this.key, Uint8Array.from(bytes));
  }

  async mayHaveChanged(): Promise<boolean> {
    return true;
  }

  async setAside(bytes: Uint8Array): Promise<string> {
    const key = `${this.key}.corrupt`;
    await this.store.save(key, bytes);
    return `the key "${key}"`;
  }
}
