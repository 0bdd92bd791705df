import { type Instant, instant, secondsSince } from '../../model/clock.js';
import { messageOf } from '../../model/errors.js';
import type { Check } from '../../model/validate.js';
import { readSecret, type Secret } from './secret.js';

/** Seconds for which what was read from a file holds. */
const FILE_AGE = 1;

/** What is made of a secret, kept in step with the place where the secret is kept. */
export class CurrentSecret<T> {
  // Private to the language, so that nothing that shows objects shows a secret.
  readonly #secret: Secret;
  #reading: Promise<T> | undefined = undefined;
  private readAt: Instant = 0n;
  private failing = false;

  /** @param warn hears when the secret cannot be read any more. */
  constructor(
    secret: Secret,
    private readonly option: string,
    private readonly text: Check,
    private readonly make: (secret: string) => T,
    private readonly warn: (message: string) => void,
  ) {
    this.#secret = secret;
  }

  /** @throws {OptionsError} if it cannot be read, or is not what it must look like. */
  async prepare(): Promise<void> {
    await this.read();
  }

  /** What the secret is now; `undefined` while it cannot be read. Never rejects. */
  async get(): Promise<T | undefined> {
    try {
      const current = await this.read();
      this.failing = false;
      return current;
    } catch (error) {
      if (!this.failing) {
        this.failing = true;
        this.warn(`${messageOf(error)}; nobody gets in by it until it is back`);
      }
      return undefined;
    }
  }

  /** A file is read again and its content taken, since the links of a mounted secret change in ways that no watcher tells. */
  private read(): Promise<T> {
    if (this.#reading === undefined || this.isOutdated()) {
      this.readAt = instant();
      this.#reading = readSecret(this.#secret, this.option, this.text).then(
        this.make,
      );
    }
    return this.#reading;
  }

  private isOutdated(): boolean {
    if (typeof this.#secret === 'string') return false;
    return 'env' in this.#secret || secondsSince(this.readAt) >= FILE_AGE;
  }
}
