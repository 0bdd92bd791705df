/**
 * Keeps the state of metrics: bytes by key. Both methods reject if they cannot do it, and
 * `load` does so too if it cannot tell whether the key exists.
 *
 * @example
 * const store: MetricsStore = {
 *   load: async (key) => (await redis.getBuffer(key)) ?? undefined,
 *   save: async (key, bytes) => void (await redis.set(key, Buffer.from(bytes))),
 * };
 */
export interface MetricsStore {
  /** The bytes that were saved last; `undefined` if nothing was saved. */
  load(key: string): Promise<Uint8Array | undefined>;
  /** Replaces the bytes, as a whole or not at all. */
  save(key: string, bytes: Uint8Array): Promise<void>;
}
