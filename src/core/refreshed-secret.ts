import { type Instant, instant, secondsSince } from './clock.js';
import { messageOf } from './errors.js';
import type { Check } from './validate.js';
import { readSecret, type Secret } from './secret.js';

/** Seconds for which what was read from a file holds. */
const FILE_AGE = 1;

/** A value derived from a secret, which follows the file or variable that holds the secret. */
export class RefreshedSecret<T> {
  // Private to the language, so that nothing that shows objects shows a secret.
  readonly #secret: Secret;
  #reading: Promise<T> | undefined = undefined;
  private isReading = false;
  private readAt: Instant = 0n;
  private failing = false;

  /** @param warn is called when the secret cannot be read any more. */
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

  /** The present value; `undefined` while it cannot be read. Never rejects. */
  async get(): Promise<T | undefined> {
    try {
      const current = await this.read();
      this.failing = false;
      return current;
    } catch (error) {
      if (!this.failing) {
        this.failing = true;
        this.warn(
          `${messageOf(error)}; requests with it are refused until it can be read again`,
        );
      }
      return undefined;
    }
  }

  // Why: docs/decisions/security.md, "Files are read, not watched".
  private read(): Promise<T> {
    if (this.#reading === undefined || this.isOutdated()) {
      this.readAt = instant();
      this.isReading = true;
      this.#reading = this.readOnce().finally(() => (this.isReading = false));
    }
    return this.#reading;
  }

  private async readOnce(): Promise<T> {
    return this.make(await readSecret(this.#secret, this.option, this.text));
  }

  private isOutdated(): boolean {
    if (typeof this.#secret === 'string' || this.isReading) return false;
    return 'env' in this.#secret || secondsSince(this.readAt) >= FILE_AGE;
  }
}
