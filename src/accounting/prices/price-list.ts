import type { InferenceAnswer } from '../answer.js';
import { Decimal } from '../decimal.js';
import { ModelIndex } from './model-index.js';
import type { ModelRates } from './model-rates.js';
import type { LoadedTable } from './loaded-table.js';

/** What an inference costs. */
export interface Charge {
  /** The exact amount. */
  readonly amount: Decimal;
  /** The currency of the amount, e.g. `'USD'`. */
  readonly currency: string;
  /** Whether the amount was computed from prices, or reported by the provider. */
  readonly basis: 'prices' | 'reported';
}

/** An inference to be charged. */
export interface ChargeRequest {
  /** The provider, e.g. `'openai'`. */
  readonly provider: string;
  /** The requested model. Its price counts where the model that answered has none. */
  readonly model: string;
  /** What the answer says. */
  readonly answer: InferenceAnswer;
  /** The time of the inference, for prices by hours. Default: now. */
  readonly at?: Date | undefined;
}

/** Computes what inferences cost, from tables of prices. */
export class PriceList {
  private tables: readonly ModelIndex[] = [];

  /** @param tables must not change. The first one that has the model counts. */
  constructor(tables: readonly LoadedTable[]) {
    this.replace(tables);
  }

  /** Charges by other tables from now on. @param tables must not change. */
  replace(tables: readonly LoadedTable[]): void {
    this.tables = tables.map((table) => new ModelIndex(table));
  }

  /** Whether there are no prices at all. */
  get isEmpty(): boolean {
    return this.tables.length === 0;
  }

  /** What an inference costs; `undefined` if that is unknown, which is not 0. Never throws. */
  // Why: docs/decisions/instrumentation.md, "A model without a price is an error".
  charge(request: ChargeRequest): Charge | undefined {
    return this.reported(request.answer) ?? this.computed(request);
  }

  /** Whether the model that answered, or else the requested one, has a price. */
  hasPrice(request: Omit<ChargeRequest, 'at'>): boolean {
    return this.find(request) !== undefined;
  }

  /** Whether amounts in a currency can be used. Without prices, those in any currency can. */
  accepts(currency: string): boolean {
    return this.isEmpty || this.tables.some((t) => t.currency === currency);
  }

  // Why: docs/decisions/accounting.md, "A cost that the provider reports wins".
  private reported({ reportedCost }: InferenceAnswer): Charge | undefined {
    if (reportedCost === undefined) return undefined;
    const { amount: told, currency } = reportedCost;
    const amount = this.accepts(currency) ? Decimal.parse(told) : undefined;
    return amount && { amount, currency, basis: 'reported' };
  }

  private computed(request: ChargeRequest): Charge | undefined {
    const found = this.find(request);
    const { answer, at } = request;
    const amount = found?.rates.cost(answer, at);
    return amount && { amount, currency: found!.currency, basis: 'prices' };
  }

  private find({
    provider,
    model,
    answer,
  }: Omit<ChargeRequest, 'at'>):
    { rates: ModelRates; currency: string } | undefined {
    const { responseModel } = answer;
    for (const table of this.tables) {
      const rates =
        (responseModel && table.find(provider, responseModel)) ||
        table.find(provider, model);
      if (rates) return { rates, currency: table.currency };
    }
    return undefined;
  }
}
