import { Decimal } from '../decimal.js';

/** A price: a number, or a decimal text such as `'0.075'`, which is read to its last digit. */
export type Rate = number | string;

/** Prices of tokens. */
export interface TokenRates {
  /** Tokens of the prompt. */
  readonly input?: Rate | undefined;
  /** Tokens of the prompt that were read from a cache. Default: as `input`. */
  readonly cachedInput?: Rate | undefined;
  /** Tokens of the prompt that were written to a cache, for five minutes or a time that the provider does not tell. Default: as `input`. */
  readonly cacheWrite?: Rate | undefined;
  /** Tokens of the prompt that were written to a cache for an hour. Default: as `cacheWrite`. */
  readonly cacheWriteHour?: Rate | undefined;
  /** Tokens of the answer, those of reasoning included. */
  readonly output?: Rate | undefined;
  /** Tokens of reasoning. Default: as `output`. */
  readonly reasoning?: Rate | undefined;
  /** Tokens of text in the prompt. Default: as `input`. */
  readonly inputText?: Rate | undefined;
  /** Tokens of images in the prompt. Default: as `input`. */
  readonly inputImage?: Rate | undefined;
  /** Tokens of audio in the prompt. Default: as `input`. */
  readonly inputAudio?: Rate | undefined;
  /** Tokens of video in the prompt. Default: as `input`. */
  readonly inputVideo?: Rate | undefined;
  /** Tokens of documents in the prompt. Default: as `input`. */
  readonly inputDocument?: Rate | undefined;
  /** Tokens of text that were read from a cache. Default: as `cachedInput`, else as `inputText`. */
  readonly cachedInputText?: Rate | undefined;
  /** Tokens of images that were read from a cache. Default: as `cachedInput`, else as `inputImage`. */
  readonly cachedInputImage?: Rate | undefined;
  /** Tokens of audio that were read from a cache. Default: as `cachedInput`, else as `inputAudio`. */
  readonly cachedInputAudio?: Rate | undefined;
  /** Tokens of video that were read from a cache. Default: as `cachedInput`, else as `inputVideo`. */
  readonly cachedInputVideo?: Rate | undefined;
  /** Tokens of documents that were read from a cache. Default: as `cachedInput`, else as `inputDocument`. */
  readonly cachedInputDocument?: Rate | undefined;
  /** Tokens of text in the answer, those of reasoning excluded. Default: as `output`. */
  readonly outputText?: Rate | undefined;
  /** Tokens of images in the answer. Default: as `output`. */
  readonly outputImage?: Rate | undefined;
  /** Tokens of audio in the answer. Default: as `output`. */
  readonly outputAudio?: Rate | undefined;
  /** Tokens of video in the answer. Default: as `output`. */
  readonly outputVideo?: Rate | undefined;
  /** Tokens of citations in the answer. Default: as `output`. */
  readonly outputCitation?: Rate | undefined;
  /** What all these are multiplied with, e.g. `0.5` for half of each price; prices of calls are not. Default: 1. */
  readonly multiplier?: Rate | undefined;
}

/** The names of the prices of tokens. */
export type TokenRate = Exclude<keyof TokenRates, 'multiplier'>;

/** What each price defaults to: the first of these that there is. */
const DEFAULTS: { readonly [R in TokenRate]: readonly TokenRate[] } = {
  input: [],
  cachedInput: ['input'],
  cacheWrite: ['input'],
  cacheWriteHour: ['cacheWrite', 'input'],
  output: [],
  reasoning: ['output'],
  inputText: ['input'],
  inputImage: ['input'],
  inputAudio: ['input'],
  inputVideo: ['input'],
  inputDocument: ['input'],
  cachedInputText: ['cachedInput', 'inputText', 'input'],
  cachedInputImage: ['cachedInput', 'inputImage', 'input'],
  cachedInputAudio: ['cachedInput', 'inputAudio', 'input'],
  cachedInputVideo: ['cachedInput', 'inputVideo', 'input'],
  cachedInputDocument: ['cachedInput', 'inputDocument', 'input'],
  outputText: ['output'],
  outputImage: ['output'],
  outputAudio: ['output'],
  outputVideo: ['output'],
  outputCitation: ['output'],
};

export const TOKEN_RATES = Object.keys(DEFAULTS) as readonly TokenRate[];

/** Prices of one token in exact decimals, all at one scale, so that a cost is a sum of whole numbers. */
export class RateCard {
  /** Whole units by price; divided by 10 to the power of `scale` they are the price. */
  private readonly units = new Map<string, bigint>();
  private readonly own: ReadonlySet<string>;
  /** The units that a JavaScript number has exactly: with them, costs are computed ten times as fast. */
  private readonly numbers = new Map<string, number>();
  readonly scale: number;

  /** @param layers the prices that hold, from the most general to the most special: later ones win, and multipliers multiply.
   * @param digits how many tokens the prices are for, as a power of ten. */
  constructor(layers: readonly TokenRates[], digits: number) {
    const given = new Map<TokenRate, Decimal>();
    let multiplier = Decimal.ONE;
    for (const layer of layers) {
      for (const rate of TOKEN_RATES) {
        const price = Decimal.parse(layer[rate]);
        if (price !== undefined) given.set(rate, price);
      }
      multiplier = multiplier.times(
        Decimal.parse(layer.multiplier) ?? Decimal.ONE,
      );
    }
    this.own = new Set(given.keys());
    const prices = TOKEN_RATES.flatMap((rate) => {
      const source = [rate, ...DEFAULTS[rate]].find((r) => given.has(r));
      if (source === undefined) return [];
      const price = given.get(source)!.times(multiplier);
      return [[rate, price.shifted(digits)] as const];
    });
    this.scale = Math.max(0, ...prices.map(([, price]) => price.scale));
    for (const [rate, price] of prices) {
      const units = price.unitsAt(this.scale);
      this.units.set(rate, units);
      if (units <= Number.MAX_SAFE_INTEGER) {
        this.numbers.set(rate, Number(units));
      }
    }
  }

  /** The price of a token in units as a number; `undefined` without a price, or if it is too large for that. */
  numberOf(rate: TokenRate): number | undefined {
    return this.numbers.get(rate);
  }

  /** The price of a token in units, or of what it defaults to; `undefined` if there is neither. */
  unitsOf(rate: TokenRate): bigint | undefined {
    return this.units.get(rate);
  }

  /** Whether a price was given as such, and is not that of another kind of tokens. */
  has(rate: TokenRate): boolean {
    return this.own.has(rate);
  }
}
