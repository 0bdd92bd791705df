import { totalsOf } from '../../accounting/estimated-usage.js';
import type { KeptTexts } from '../../accounting/texts/kept-texts.js';
import {
  catchAndReport,
  type ErrorReporter,
} from '../../core/catch-and-report.js';
import { kindOfOperation } from '../../core/gen-ai-conventions.js';
import { isNativePromise } from '../calls/result-kinds.js';
import { errorType } from '../class-name.js';
import { COUNT } from './field-checks.js';
import type { InferenceTexts } from './inference-texts.js';
import { failureOf, type Inference, isBilled } from './recordings.js';

/** A model, as a tokenizer needs it. */
export interface TokenizedModel {
  /** The provider, e.g. `'openai'`. */
  readonly provider: string;
  /** The model that answered, else the requested one. */
  readonly model: string;
}

/** Counts the tokens of a text, as the model reads or writes it. */
export type Tokenizer = (text: string, model: TokenizedModel) => number;

/** The totals that an inference lacks. */
interface Missing {
  readonly input: boolean;
  readonly output: boolean;
}

/** Counts the tokens of inferences whose provider reports none. */
export class TokenEstimator {
  constructor(
    private readonly tokenizer: Tokenizer,
    private readonly reporter: ErrorReporter,
  ) {}

  /**
   * The work that is left to do for an inference.
   *
   * @returns adds estimates of what is missing. `undefined` if the provider bills nothing more, or no texts are kept.
   */
  pending(
    inference: Inference,
    texts: InferenceTexts,
  ): (() => Inference) | undefined {
    const hasTexts = !(texts.input.isEmpty && texts.output.isEmpty);
    if (!hasTexts || !isBilled(inference)) return undefined;
    const missing = missingIn(inference);
    return missing.input || missing.output
      ? () => this.estimate(inference, texts, missing)
      : undefined;
  }

  /** Errors of the tokenizer are reported, and nothing is estimated then. */
  private estimate(
    inference: Inference,
    texts: InferenceTexts,
    missing: Missing,
  ): Inference {
    const { provider, model, estimatedUsage } = inference;
    const count = () => this.count(inference, texts, missing);
    const where = `${provider} ${model}`;
    const counted = catchAndReport(this.reporter, 'tokenizer', count, where);
    if (counted === undefined) return inference;
    return {
      ...inference,
      // Only what is not given is counted: it may be given as `undefined`.
      estimatedUsage: { ...estimatedUsage, ...counted },
      isPartial: isLowerBound(inference, texts, missing),
    };
  }

  private count(
    { provider, model, responseModel = model }: Inference,
    { input, output }: InferenceTexts,
    missing: Missing,
  ) {
    const asked = { provider, model: responseModel };
    const tokensOf = (text: string) => tokensIn(this.tokenizer, text, asked);
    return {
      ...(missing.input && { inputTokens: input.count(tokensOf) }),
      ...(missing.output && { outputTokens: output.count(tokensOf) }),
    };
  }
}

/** Embeddings have no output. */
function missingIn(inference: Inference): Missing {
  const { inputTokens, outputTokens } = totalsOf(inference);
  const { operation = 'chat', estimatedUsage = {} } = inference;
  const hasOutput = kindOfOperation(operation) === 'inference';
  return {
    input: (inputTokens ?? estimatedUsage.inputTokens) === undefined,
    output:
      hasOutput && (outputTokens ?? estimatedUsage.outputTokens) === undefined,
  };
}

/** More was billed than the texts show: the answer was cut off, or some content is no text. */
function isLowerBound(
  inference: Inference,
  { input, output }: InferenceTexts,
  missing: Missing,
): boolean {
  const { isPartial = failureOf(inference) !== undefined } = inference;
  return (
    isPartial ||
    (missing.input && isShort(input)) ||
    (missing.output && isShort(output))
  );
}

function isShort(texts: KeptTexts): boolean {
  return texts.isEmpty || !texts.isWhole;
}

/** @throws {Error} without the text, and without the message of the tokenizer, which may have it. */
function tokensIn(
  tokenizer: Tokenizer,
  text: string,
  model: TokenizedModel,
): number {
  let tokens: unknown;
  try {
    tokens = tokenizer(text, model);
  } catch (error) {
    throw new Error(`The tokenizer threw an error: ${errorType(error)}`);
  }
  if (COUNT.test(tokens)) return tokens as number;
  // Its rejection would be an unhandled one, which ends the app.
  if (isNativePromise(tokens)) tokens.catch(() => undefined);
  throw new Error(
    `The tokenizer returned ${kindOf(tokens)}; expected ${COUNT.expected}`,
  );
}

function kindOf(value: unknown): string {
  if (typeof value === 'number') return String(value);
  if (value === null || typeof value !== 'object') return typeof value;
  return isNativePromise(value) ? 'a promise' : 'an object';
}
