import { MetricsError } from '../core/errors.js';

/** The totals of an app cannot be loaded or saved. */
export class PersistenceError extends MetricsError {
  /** @internal */
  static override readonly topic = 'persistence';
  readonly code = PersistenceError.topic;
  /** What went wrong, in a few fixed words: each is logged once. */
  readonly what: string;

  constructor(
    message: string,
    { what, ...options }: ErrorOptions & { readonly what: string },
  ) {
    super(message, options);
    this.what = what;
  }
}

// Errors keep their documented names in minified apps.
Object.defineProperty(PersistenceError, 'name', { value: 'PersistenceError' });
