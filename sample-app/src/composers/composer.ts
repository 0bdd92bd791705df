import type { Passage } from '../documentation/passage.js';

/** How the Writer writes: by quoting, or with a language model. */
export abstract class Composer {
  /** In words, for the terminal. */
  abstract readonly description: string;

  /** Writes an answer piece by piece. */
  abstract compose(
    question: string,
    passages: readonly Passage[],
  ): AsyncGenerator<string>;
}
