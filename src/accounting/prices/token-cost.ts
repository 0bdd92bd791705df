import type { InferenceAnswer } from '../answer.js';
import { Decimal } from '../decimal.js';
import type { TokensByModality, TokenUsage } from '../usage.js';
import type { RateCard, TokenRate } from './token-rates.js';

/**
 * Kinds of content in prompts, with their prices. Text is last: where the provider does not tell
 * which kind was cached, the cached tokens are those of text.
 */
const INPUT_KINDS = [
  ['image', 'inputImage', 'cachedInputImage'],
  ['audio', 'inputAudio', 'cachedInputAudio'],
  ['video', 'inputVideo', 'cachedInputVideo'],
  ['document', 'inputDocument', 'cachedInputDocument'],
  ['text', 'inputText', 'cachedInputText'],
] as const satisfies readonly (readonly [
  keyof TokensByModality,
  TokenRate,
  TokenRate,
])[];

const OUTPUT_KINDS = [
  ['image', 'outputImage'],
  ['audio', 'outputAudio'],
  ['video', 'outputVideo'],
  ['citation', 'outputCitation'],
  ['text', 'outputText'],
] as const satisfies readonly (readonly [keyof TokensByModality, TokenRate])[];

/**
 * What the tokens of an answer cost.
 *
 * @returns `undefined` if it does not tell its tokens, or if some of them have no price.
 */
export function costOfTokens(
  { usage = {}, billedTokens = {} }: InferenceAnswer,
  card: RateCard,
): Decimal | undefined {
  const input = billedTokens.inputTokens ?? usage.inputTokens;
  const output = billedTokens.outputTokens ?? usage.outputTokens;
  if (input === undefined && output === undefined) return undefined;
  const bill = new Bill(card);
  if (billedTokens.inputTokens !== undefined) bill.add('input', input!);
  else addInput(bill, usage);
  if (billedTokens.outputTokens !== undefined) bill.add('output', output!);
  else addOutput(bill, usage, card);
  return bill.total;
}

function addInput(bill: Bill, usage: TokenUsage): void {
  const prompt = new Remainder(usage.inputTokens);
  const cached = new Remainder(prompt.take(usage.cachedInputTokens));
  bill.add('cacheWrite', prompt.take(usage.cacheWriteTokens));
  bill.add('cacheWriteHour', prompt.take(usage.cacheWriteHourTokens));
  const { inputByModality = {}, cachedInputByModality = {} } = usage;
  for (const [kind, rate, cachedRate] of INPUT_KINDS) {
    const fromCache = cached.take(cachedInputByModality[kind]);
    bill.add(cachedRate, fromCache);
    bill.add(rate, prompt.take((inputByModality[kind] ?? 0) - fromCache));
  }
  bill.add('cachedInput', cached.left);
  bill.add('input', prompt.left);
}

function addOutput(bill: Bill, usage: TokenUsage, card: RateCard): void {
  const answer = new Remainder(usage.outputTokens);
  // Without a price of their own they are at the price of the rest, whichever kind of content they are.
  if (card.has('reasoning')) {
    bill.add('reasoning', answer.take(usage.reasoningTokens));
  }
  for (const [kind, rate] of OUTPUT_KINDS) {
    bill.add(rate, answer.take(usage.outputByModality?.[kind]));
  }
  bill.add('output', answer.left);
}

/** Tokens of a total that are not yet on the bill: parts never add up to more than it. */
class Remainder {
  constructor(public left = 0) {}

  take(tokens = 0): number {
    const taken = Math.max(0, Math.min(tokens, this.left));
    this.left -= taken;
    return taken;
  }
}

/** A sum of tokens at their prices. */
class Bill {
  /** The sum, as far as a number has it exactly. */
  private units = 0;
  private moreUnits = 0n;
  private isComplete = true;

  constructor(private readonly card: RateCard) {}

  add(rate: TokenRate, tokens: number): void {
    if (tokens === 0) return;
    const units = (this.card.numberOf(rate) ?? NaN) * tokens + this.units;
    if (units <= Number.MAX_SAFE_INTEGER) this.units = units;
    else this.addLarge(rate, tokens);
  }

  private addLarge(rate: TokenRate, tokens: number): void {
    const price = this.card.unitsOf(rate);
    if (price === undefined) this.isComplete = false;
    else this.moreUnits += price * BigInt(tokens);
  }

  /** The sum; `undefined` if some tokens have no price. */
  get total(): Decimal | undefined {
    return this.isComplete
      ? new Decimal(BigInt(this.units) + this.moreUnits, this.card.scale)
      : undefined;
  }
}
