import type { ModelPrice, PriceTable } from './price-table.js';
import type { TokenUsage } from '../../accounting/usage.js';

/** How many models are cached with their price. Without a limit, unexpected names from providers would fill the memory. */
const MAX_REMEMBERED = 1_000;

const TOKENS_PER_PRICE = 1_000_000;

/** A price per token. */
interface TokenPrice {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
}

/** Looks up prices and computes costs. */
export class PriceList {
  readonly currency: string;
  private readonly entries: readonly PriceEntry[];
  private readonly known = new Map<string, TokenPrice | undefined>();

  constructor({ currency, models, perTokens = TOKENS_PER_PRICE }: PriceTable) {
    this.currency = currency;
    this.entries = models.map((price) => new PriceEntry(price, perTokens));
  }

  /** The cost of an inference; `undefined` if its model has no price. */
  // Why: docs/decisions/instrumentation.md, "A model without a price is an error".
  cost(provider: string, model: string, usage: TokenUsage): number | undefined {
    const price = this.priceOf(provider, model);
    if (price === undefined) return undefined;
    const { inputTokens = 0, cachedInputTokens = 0, outputTokens = 0 } = usage;
    const uncached = Math.max(0, inputTokens - cachedInputTokens);
    return (
      uncached * price.input +
      cachedInputTokens * price.cachedInput +
      outputTokens * price.output
    );
  }

  private priceOf(provider: string, model: string): TokenPrice | undefined {
    const key = `${provider}\n${model}`;
    if (this.known.has(key)) return this.known.get(key);
    const price = this.entries.find((entry) => entry.matches(provider, model));
    if (this.known.size < MAX_REMEMBERED) this.known.set(key, price);
    return price;
  }
}

class PriceEntry implements TokenPrice {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  private readonly pattern: RegExp;
  private readonly provider: string | undefined;

  constructor(price: ModelPrice, perTokens: number) {
    this.input = price.input / perTokens;
    this.cachedInput = (price.cachedInput ?? price.input) / perTokens;
    this.output = price.output / perTokens;
    this.provider = price.provider;
    this.pattern = glob(price.model);
  }

  matches(provider: string, model: string): boolean {
    return (
      (this.provider === undefined || this.provider === provider) &&
      this.pattern.test(model)
    );
  }
}

function glob(pattern: string): RegExp {
  const parts = pattern
    .split('*')
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
