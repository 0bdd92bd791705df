import { randomBytes } from 'node:crypto';
import { OptionsError, shown } from '../../core/errors.js';
import { isObject } from '../../core/validate.js';
import type { MetricsStore } from '../metrics-store.js';

/** What is used of a Keyv. */
export interface KeyvLike {
  /** Returns the value of a key; `undefined` for an unknown key. */
  get(key: string): Promise<unknown>;
  /** Sets the value of a key. 0 milliseconds: it does not expire. */
  set(key: string, value: string, ttl?: number): Promise<unknown>;
  /** Calls the listener with each error of the store. */
  on?(event: 'error', listener: (error: unknown) => void): unknown;
}

/** Keyv's word for no expiry, whatever its default is. */
const NO_EXPIRY = 0;

/**
 * A store for the option `persistence` in any Keyv: Redis, PostgreSQL, SQLite, and others.
 *
 * @throws {OptionsError} if it is no Keyv.
 *
 * @example
 * const store = keyvStore(new Keyv(new KeyvRedis('redis://redis:6379')));
 * MetricsModule.forRoot({ persistence: { store, key: 'my-app' } });
 */
export function keyvStore(keyv: KeyvLike): MetricsStore {
  if (!isKeyv(keyv)) {
    throw new OptionsError(
      `keyvStore() got ${shown(keyv)}; expected a Keyv, such as new Keyv(new KeyvRedis(url))`,
    );
  }
  return new KeyvStore(keyv);
}

function isKeyv(value: unknown): value is KeyvLike {
  if (!isObject(value)) return false;
  return typeof value.get === 'function' && typeof value.set === 'function';
}

/**
 * The bytes are base64 text, which all adapters can keep. Keyv does not tell a key that does
 * not exist from a store that is down, and emits errors that it does not throw: both are
 * checked here.
 */
// Why: docs/decisions/persistence.md, "A missing key of Keyv is looked up twice".
class KeyvStore implements MetricsStore {
  private errors = 0;
  private lastError: unknown = undefined;

  constructor(private readonly keyv: KeyvLike) {
    keyv.on?.('error', (error) => {
      this.errors++;
      this.lastError = error;
    });
  }

  async load(key: string): Promise<Uint8Array | undefined> {
    const found = (await this.get(key)) ?? (await this.getChecked(key));
    if (found === undefined || found === null) return undefined;
    if (typeof found !== 'string') {
      throw new TypeError(`Keyv gave ${shown(found)}; expected a text`);
    }
    return Buffer.from(found, 'base64');
  }

  async save(key: string, bytes: Uint8Array): Promise<void> {
    const { buffer, byteOffset, byteLength } = bytes;
    await this.set(
      key,
      Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
    );
  }

  /** Looks a key up between a value that was written and the one that is read: if both are the same, the store works. */
  private async getChecked(key: string): Promise<unknown> {
    const probe = `${key}.probe`;
    const written = randomBytes(8).toString('hex');
    await this.set(probe, written);
    const found = await this.get(key);
    const read = await this.get(probe);
    if (read === written || found !== undefined) return found;
    throw new Error('Keyv does not give back what it was given');
  }

  private async set(key: string, value: string): Promise<void> {
    const isSet = await this.checked(this.keyv.set(key, value, NO_EXPIRY));
    if (isSet === false) throw new Error('Keyv could not set the key');
  }

  private get(key: string): Promise<unknown> {
    return this.checked(this.keyv.get(key));
  }

  private async checked<T>(operation: Promise<T>): Promise<T> {
    const { errors } = this;
    const result = await operation;
    if (this.errors > errors) throw this.lastError;
    return result;
  }
}
