import type { AgentMetrics } from 'nestjs-agent-metrics';
import type { Passage } from '../documentation/passage.js';
import { wordsOf } from '../documentation/words.js';
import { Composer } from './composer.js';
import { type PreparedPassage, PreparedPassages } from './prepared-passages.js';
import { Tokenizer } from './tokenizer.js';

const MAX_SENTENCES = 4;

const REQUEST = { provider: 'sample', model: 'extractive' };

interface Candidate {
  sentence: string;
  passage: Passage;
  /** How many words of the question it has. */
  score: number;
}

/**
 * Answers with the sentences that match the question best. Needs no network. It is
 * measured as a language model would be: tokens in and out, those of passages that
 * it has prepared before as cached ones, and the time to the first of them.
 */
export class ExtractiveComposer extends Composer {
  readonly description =
    'extractive, needs no network (a language model: set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL)';

  private readonly tokenizer = new Tokenizer();
  private passages: PreparedPassages | undefined = undefined;

  constructor(private readonly agents: AgentMetrics) {
    super();
  }

  async *compose(
    question: string,
    passages: readonly Passage[],
  ): AsyncGenerator<string> {
    const countTokens = await this.tokenizer.load();
    this.passages ??= new PreparedPassages(countTokens);
    const known = this.passages;
    const tokensOf = (some: readonly Passage[]) =>
      some.reduce((sum, passage) => sum + known.get(passage).tokens, 0);
    const cached = passages.filter((passage) => known.has(passage));
    let outputTokens = 0;
    yield* this.agents.observeStream(
      write(question, passages, known),
      REQUEST,
      (chunk) => ({
        usage: {
          inputTokens: countTokens(question) + tokensOf(passages),
          cachedInputTokens: tokensOf(cached),
          outputTokens: (outputTokens += countTokens(chunk)),
        },
      }),
    );
  }
}

async function* write(
  question: string,
  passages: readonly Passage[],
  known: PreparedPassages,
): AsyncGenerator<string> {
  const prepared = passages.map((passage) => known.get(passage));
  const chosen = bestSentences(question, prepared);
  for (const { sentence } of chosen) yield `${sentence}\n`;
  // Passages of nothing but code have no sentences: the best one is the answer.
  if (chosen.length === 0) yield `${passages[0]!.text.trim()}\n`;

  const cited = chosen.map(({ passage }) => passage);
  yield `\nSource: ${sources(cited.length > 0 ? cited : passages.slice(0, 1))}`;
}

/** The best sentences first. Of equals, the one from the better passage wins. */
function bestSentences(
  question: string,
  prepared: readonly PreparedPassage[],
): Candidate[] {
  const asked = wordsOf(question);
  const candidates = prepared
    .flatMap(({ passage, sentences }) =>
      sentences.map(({ text, words }) => ({
        sentence: text,
        passage,
        score: wordsInCommon(asked, words),
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
