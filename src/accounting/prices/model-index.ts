import { ModelRates } from './model-rates.js';
import type { LoadedTable } from './loaded-table.js';
import type { ModelPrice } from './price-table.js';
import { canonicalProvider, modelNames } from './provider-names.js';

/** How many models are cached with their entry. Without a limit, unexpected names from providers would fill the memory. */
const MAX_REMEMBERED = 1_000;

const TOKENS_PER_PRICE = 1_000_000;

/** Finds the entry of a table for a model: the most specific one that matches. */
export class ModelIndex {
  readonly currency: string;
  private readonly models: readonly ModelPrice[];
  private readonly entries: readonly Entry[];
  /** Entries for providers that the table does not name. */
  private readonly byKey: readonly Entry[];
  private readonly providers: ReadonlySet<string | undefined>;
  /** Prices by provider and model. Nested, as a key of both would be a new text for each inference. */
  private readonly known = new Map<
    string,
    Map<string, ModelRates | undefined>
  >();
  private remembered = 0;

  /** @param table must not change. */
  constructor(table: LoadedTable) {
    const {
      currency,
      perTokens = TOKENS_PER_PRICE,
      models,
      byKey = [],
    } = table;
    this.currency = currency;
    this.models = models;
    const digits = String(perTokens).length - 1;
    const entriesOf = (prices: readonly ModelPrice[]) =>
      prices.map((price) => new Entry(price, digits)).sort(bySpecificity);
    this.entries = entriesOf(models);
    this.byKey = entriesOf(byKey);
    this.providers = new Set(this.entries.map(({ provider }) => provider));
  }

  /** The prices of a model; `undefined` if no entry matches. */
  find(provider: string, model: string): ModelRates | undefined {
    const known = this.known.get(provider);
    const rates = known?.get(model);
    if (rates !== undefined || known?.has(model)) return rates;
    const found = this.search(canonicalProvider(provider), model)?.rates;
    this.remember(provider, model, found);
    return found;
  }

  private remember(
    provider: string,
    model: string,
    rates: ModelRates | undefined,
  ): void {
    if (this.remembered >= MAX_REMEMBERED) return;
    this.remembered++;
    const known =
      this.known.get(provider) ?? new Map<string, ModelRates | undefined>();
    known.set(model, rates);
    this.known.set(provider, known);
  }

  /** All entries, or those of one provider, in the order of the table. */
  pricesOf(provider: string | undefined): readonly ModelPrice[] {
    const name = provider && canonicalProvider(provider);
    return this.models.filter(
      (price) =>
        name === undefined ||
        price.provider === undefined ||
        canonicalProvider(price.provider) === name,
    );
  }

  /** The entries that count for a model at one provider, or at each provider of the table. */
  pricesFor(
    model: string,
    provider: string | undefined,
  ): readonly ModelPrice[] {
    const providers =
      provider === undefined
        ? [...this.providers].map((name) => name ?? '')
        : [canonicalProvider(provider)];
    const entries = providers.map((name) => this.search(name, model)?.price);
    return [...new Set(entries)].filter((price) => price !== undefined);
  }

  /** @param provider its canonical name. */
  private search(provider: string, model: string): Entry | undefined {
    const entries = this.providers.has(provider)
      ? this.entries
      : [...this.entries, ...this.byKey];
    for (const name of modelNames(provider, model)) {
      const entry = entries.find((one) => one.matches(provider, name));
      if (entry !== undefined) return entry;
    }
    return undefined;
  }
}

class Entry {
  private ownRates: ModelRates | undefined = undefined;
  private readonly model: string;
  readonly provider: string | undefined;
  readonly pattern: RegExp | undefined;
  /** How many characters of the pattern stand for themselves. */
  readonly literals: number;

  constructor(
    readonly price: ModelPrice,
    private readonly digits: number,
  ) {
    this.model = price.model;
    this.provider = price.provider && canonicalProvider(price.provider);
    this.pattern = price.model.includes('*') ? glob(price.model) : undefined;
    this.literals = price.model.replaceAll('*', '').length;
  }

  /** Made when they are needed: a table may have thousands of entries. */
  get rates(): ModelRates {
    return (this.ownRates ??= new ModelRates(this.price, this.digits));
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
