import type { Passage } from '../documentation/passage.js';
import { sentencesOf } from '../documentation/sentences.js';
import { wordsOf } from '../documentation/words.js';
import { Composer } from './composer.js';

const MAX_SENTENCES = 4;

interface Candidate {
  sentence: string;
  passage: Passage;
  /** How many words of the question it has. */
  score: number;
}

/** Answers with the sentences that match the question best. Needs no network. */
export class ExtractiveComposer extends Composer {
  readonly description =
    'extractive, needs no network (a language model: set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL)';

  async *compose(
    question: string,
    passages: readonly Passage[],
  ): AsyncGenerator<string> {
    const chosen = bestSentences(question, passages);
    for (const { sentence } of chosen) yield `${sentence}\n`;
    // Passages of nothing but code have no sentences: the best one is the answer.
    if (chosen.length === 0) yield `${passages[0]!.text.trim()}\n`;

    const cited = chosen.map(({ passage }) => passage);
    yield `\nSource: ${sources(cited.length > 0 ? cited : passages.slice(0, 1))}`;
  }
}

/** The best sentences first. Of equals, the one from the better passage wins. */
function bestSentences(
  question: string,
  passages: readonly Passage[],
): Candidate[] {
  const asked = wordsOf(question);
  const candidates = passages
    .flatMap((passage) =>
      sentencesOf(passage.text).map((sentence) => ({
        sentence,
        passage,
        score: wordsInCommon(asked, wordsOf(sentence)),
      })),
    )
    .sort((a, b) => b.score - a.score);
  const best = candidates[0]?.score ?? 0;
  return candidates
    .filter(({ score }) => score >= best / 2)
    .slice(0, MAX_SENTENCES);
}

function wordsInCommon(asked: Set<string>, words: Set<string>): number {
  return [...asked].filter((word) => words.has(word)).length;
}

function sources(passages: readonly Passage[]): string {
  const names = passages.map(({ heading, source }) => `${heading} (${source})`);
  return [...new Set(names)].join(', ');
}
