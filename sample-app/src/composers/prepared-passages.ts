import { type Passage, quote } from '../documentation/passage.js';
import { sentencesOf } from '../documentation/sentences.js';
import { wordsOf } from '../documentation/words.js';

/** A passage as it is compared with questions. */
export interface PreparedPassage {
  readonly passage: Passage;
  readonly sentences: readonly { text: string; words: Set<string> }[];
  readonly tokens: number;
}

/** Prepares each passage once: the next question has it from here. */
export class PreparedPassages {
  private readonly prepared = new Map<Passage, PreparedPassage>();

  constructor(private readonly countTokens: (text: string) => number) {}

  has(passage: Passage): boolean {
    return this.prepared.has(passage);
  }

  get(passage: Passage): PreparedPassage {
    let prepared = this.prepared.get(passage);
    if (prepared === undefined) {
      prepared = {
        passage,
        sentences: sentencesOf(passage.text).map((text) => ({
          text,
          words: wordsOf(text),
        })),
        tokens: this.countTokens(quote(passage)),
      };
      this.prepared.set(passage, prepared);
    }
    return prepared;
  }
}
