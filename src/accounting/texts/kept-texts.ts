import { count } from '../fields.js';

/** The characters that are kept of a request, and as many of an answer. */
export const MAX_CHARACTERS = 1_000_000;

/** How many texts are kept separately. All others are one text. */
const MAX_TEXTS = 10_000;

/** Texts of a request or of an answer, kept until an inference ends to count their tokens. */
// Why: docs/decisions/accounting.md, "Texts are kept until an inference ends".
export class KeptTexts {
  private readonly texts = new Map<string, string>();
  private characters = 0;
  private tokens = 0;
  private isComplete = true;
  private hasAny = false;

  /** Whether nothing was added. */
  get isEmpty(): boolean {
    return !this.hasAny;
  }

  /** Whether all that was added is kept, and all of it is text: else the tokens are a lower bound. */
  get isWhole(): boolean {
    return this.isComplete;
  }

  /**
   * Adds a text, or a piece of one. Never throws.
   *
   * @param place tells the texts of one inference apart: pieces of the same place are joined.
   */
  add(text: string, place = ''): void {
    if (typeof text !== 'string') return this.addOther();
    this.hasAny = true;
    const kept = text.slice(0, MAX_CHARACTERS - this.characters);
    if (kept.length < text.length) this.isComplete = false;
    if (kept === '') return;
    const { texts } = this;
    const key = texts.has(place) || texts.size < MAX_TEXTS ? place : '';
    texts.set(key, (texts.get(key) ?? '') + kept);
    this.characters += kept.length;
  }

  /** Adds a text that is tokens already, as prompts and inputs of embeddings may be. */
  addTokens(tokens: number): void {
    if (count(tokens) === undefined) return this.addOther();
    this.hasAny = true;
    this.tokens += tokens;
  }

  /** Adds content whose tokens cannot be counted, e.g. an image. */
  addOther(): void {
    this.isComplete = false;
  }

  /** Forgets what was added. */
  clear(): void {
    this.texts.clear();
    this.characters = 0;
    this.tokens = 0;
    this.isComplete = true;
    this.hasAny = false;
  }

  /**
   * Counts the tokens.
   *
   * @returns `undefined` if nothing was added.
   * @throws what `tokensOf` throws.
   */
  count(tokensOf: (text: string) => number): number | undefined {
    if (this.isEmpty) return undefined;
    let { tokens } = this;
    for (const text of this.texts.values()) tokens += tokensOf(text);
    return tokens;
  }
}
