import type { InferenceAnswer } from '../../accounting/answer.js';
import { UnreadableAnswerError } from '../../accounting/answer-errors.js';
import { isWhole } from '../../accounting/usage.js';
import type { InferenceRequest } from '../../instrumentation/gen-ai/recordings.js';
import type { RunningInference } from '../../instrumentation/gen-ai/running-inference.js';
import { answerOf } from './answers.js';
import type { Generation, Generations } from './generation.js';
import { isOutput } from './output.js';
import { StreamedAnswer } from './streamed-answer.js';
import { addGeneration, addInput, addOutput } from './texts.js';

/** An inference that LangChain reports. */
export class OpenInference {
  private lastChunk: Generation | undefined = undefined;
  private readonly streamed: StreamedAnswer;
  private seenChunks = 0;
  private unseenChunks = 0;

  constructor(
    private readonly inference: RunningInference,
    private readonly request: InferenceRequest,
  ) {
    this.streamed = new StreamedAnswer(request);
  }

  /** Keeps the texts of the request, if there is a tokenizer. */
  asked(input: unknown, params: unknown): void {
    const { texts } = this.inference;
    if (texts !== undefined) addInput(texts.input, input, params);
  }

  /**
   * @param token the text of the chunk.
   * @param chunk if LangChain passes it. A handler that was added twice receives it twice.
   */
  chunk(token: unknown, chunk: Generation | undefined): void {
    if (chunk !== undefined && chunk === this.lastChunk) return;
    this.lastChunk = chunk;
    // LangChain does not report that a consumer has left a stream.
    this.inference.uncount();
    if (isOutput(token, chunk)) this.inference.chunk();
    if (chunk === undefined) {
      this.unseenChunks++;
    } else {
      this.seenChunks++;
      this.streamed.read(chunk);
    }
    const { texts } = this.inference;
    if (texts !== undefined)
      addGeneration(texts.output, chunk ?? { text: token });
  }

  /** An update of a part of the answer, which some versions of LangChain report in place of chunks. */
  outputChunk(): void {
    this.inference.chunk();
  }

  end(answers: Generations): void {
    let { answer } = this.streamed;
    try {
      if (isEmpty(answers)) {
        answer = { ...answer, error: new UnreadableAnswerError() };
      } else {
        answer = this.streamed.joinedWith(this.read(answers));
        this.keepOutput(answers);
      }
    } finally {
      // An answer that cannot be read has taken its time too.
      const isPartial = answer.usage && !isWhole(answer.usage);
      this.inference.end({ ...answer, isPartial });
    }
  }

  /** What the chunks said until then is a lower bound. */
  fail(error: unknown): void {
    const { answer } = this.streamed;
    this.inference.fail(error, { ...answer, isPartial: true });
  }

  discard(): void {
    this.inference.discard();
  }

  /** The joined message has all that its chunks have, and calls that they may lack. */
  private keepOutput(answers: Generations): void {
    const { texts } = this.inference;
    if (texts === undefined) return;
    texts.output.clear();
    addOutput(texts.output, answers);
  }

  private read(answers: Generations): InferenceAnswer {
    return answerOf(answers, {
      ...this.request,
      isStream: this.seenChunks + this.unseenChunks > 0,
      cacheRepeats: this.cacheRepeats,
    });
  }

  /** LangChain's package for Gemini does not pass chunks, and each has the count of the cache again, which are added up. */
  private get cacheRepeats(): number {
    const isGoogle = this.request.provider.startsWith('gcp.');
    return isGoogle ? Math.max(1, this.unseenChunks) : 1;
  }
}

/** LangChain found no answer in what the provider sent, e.g. an error with a status of success. */
function isEmpty({ generations = [] }: Generations): boolean {
  return generations.length > 0 && generations.every((one) => one.length === 0);
}
