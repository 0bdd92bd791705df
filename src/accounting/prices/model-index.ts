import { ModelRates } from './model-rates.js';
import type { ModelPrice, PriceTable } from './price-table.js';

/** How many models are cached with their entry. Without a limit, unexpected names from providers would fill the memory. */
const MAX_REMEMBERED = 1_000;

const TOKENS_PER_PRICE = 1_000_000;

/** Finds the entry of a table for a model: the most specific one that matches. */
export class ModelIndex {
  readonly currency: string;
  private readonly entries: readonly Entry[];
  private readonly known = new Map<string, ModelRates | undefined>();

  /** @param table must not change. */
  constructor({ currency, models, perTokens = TOKENS_PER_PRICE }: PriceTable) {
    this.currency = currency;
    const digits = String(perTokens).length - 1;
    this.entries = models
      .map((price) => new Entry(price, digits))
      .sort(bySpecificity);
  }

  /** The prices of a model; `undefined` if no entry matches. */
  find(provider: string, model: string): ModelRates | undefined {
    const key = `${provider}\n${model}`;
    if (this.known.has(key)) return this.known.get(key);
    const rates = this.entries.find((e) => e.matches(provider, model))?.rates;
    if (this.known.size < MAX_REMEMBERED) this.known.set(key, rates);
    return rates;
  }
}

class Entry {
  readonly rates: ModelRates;
  private readonly model: string;
  readonly provider: string | undefined;
  readonly pattern: RegExp | undefined;
  /** How many characters of the pattern stand for themselves. */
  readonly literals: number;

  constructor(price: ModelPrice, digits: number) {
    this.rates = new ModelRates(price, digits);
    this.model = price.model;
    this.provider = price.provider;
    this.pattern = price.model.includes('*') ? glob(price.model) : undefined;
    this.literals = price.model.replaceAll('*', '').length;
  }

  matches(provider: string, model: string): boolean {
    return (
      (this.provider === undefined || this.provider === provider) &&
      (this.pattern?.test(model) ?? this.model === model)
    );
  }
}

/** The most specific entry first. The sort is stable: of two that are as specific, the first one counts. */
// Why: docs/decisions/accounting.md, "The most specific price counts".
function bySpecificity(a: Entry, b: Entry): number {
  return (
    Number(b.provider !== undefined) - Number(a.provider !== undefined) ||
    Number(a.pattern !== undefined) - Number(b.pattern !== undefined) ||
    b.literals - a.literals
  );
}

function glob(pattern: string): RegExp {
  const parts = pattern
    .split(/\*+/)
    .map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
