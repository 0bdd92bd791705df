import { type Instant, instant, secondsSince } from './clock.js';
import { messageOf } from './errors.js';
import type { Warn } from './logger.js';
import type { Check } from './validate.js';
import { readSecret, type Secret } from './secret.js';

/** Seconds after which a file is read again. */
const FILE_AGE = 1;

/** A value derived from a secret. It follows changes of the file or variable with the secret. */
export class RefreshedSecret<T> {
  // A private field is not shown by inspect().
  readonly #secret: Secret;
  #reading: Promise<T> | undefined = undefined;
  private isReading = false;
  private readAt: Instant = 0n;
  private failing = false;

  /** @param warn receives a message when the secret can no longer be read. */
  constructor(
    secret: Secret,
    private readonly option: string,
    private readonly text: Check,
    private readonly make: (secret: string) => T,
    private readonly warn: Warn,
  ) {
    this.#secret = secret;
  }

  /** @throws {OptionsError} if the secret cannot be read, or is invalid. */
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
          'unreadable_secret',
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
