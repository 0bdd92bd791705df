import type { Rate, TokenRates } from './token-rates.js';

/** What a model costs. Give one price at least; a price of 0 is a price, and a missing one is unknown. */
export interface ModelPrice extends TokenRates {
  /** The model's name; `*` stands for any characters. The most specific entry that matches counts. */
  readonly model: string;
  /** The provider that the price is for; names of the same provider, such as `azure` and `azure.ai.openai`, match. Default: any provider. */
  readonly provider?: string | undefined;
  /** Prices of one call of tools that the provider runs, and of one generated image, by name, e.g. `{ web_search: 0.01 }`. They are per call, whatever `perTokens` is. */
  readonly perCall?: Readonly<Record<string, Rate>> | undefined;
  /** Prices of tools per request in which they are called, however often, e.g. `{ web_search: 0.035 }`. */
  readonly perRequest?: Readonly<Record<string, Rate>> | undefined;
  /** Prices of long prompts. The tier with the highest `above` that the whole prompt exceeds holds for all tokens of the request. */
  readonly tiers?: readonly LengthTier[] | undefined;
  /** Prices of service tiers by the name that the answer tells, e.g. `{ flex: { multiplier: 0.5 } }`. */
  readonly serviceTiers?:
    Readonly<Record<string, ServiceTierPrice>> | undefined;
  /** Prices by the place of the inference, as the answer tells it, e.g. `{ us: { multiplier: 1.1 } }`. */
  readonly inferenceGeos?: Readonly<Record<string, TokenRates>> | undefined;
  /** Prices at some hours of the day. The first one that holds counts. */
  readonly hours?: readonly HourlyPrice[] | undefined;
}

/** Prices of long prompts. A price that is not among them stays as it is. */
export interface LengthTier extends TokenRates {
  /** The tokens of the whole prompt above which the prices hold; those that were cached count. */
  readonly above: number;
  /** Whether they also hold at exactly so many tokens. Default: `false`. */
  readonly inclusive?: boolean | undefined;
}

/** Prices of a service tier. A price that is not among them stays as it is. */
export interface ServiceTierPrice extends TokenRates {
  /** Prices of long prompts in this service tier. Default: those of the model, with the `multiplier` of the service tier. */
  readonly tiers?: readonly LengthTier[] | undefined;
}

/** Prices at some hours. A price that is not among them stays as it is. */
export interface HourlyPrice extends TokenRates {
  /** The first minute of the time, in UTC, e.g. `'01:00'`. */
  readonly from: string;
  /** The minute after the last one, in UTC, e.g. `'04:00'`. If it is not later than `from`, it is on the next day. */
  readonly to: string;
  /** The days on which it begins, from 1 for Monday to 7 for Sunday. Default: every day. */
  readonly weekdays?: readonly number[] | undefined;
}

/** What models cost, in one currency. */
export interface PriceTable {
  /** The `currency` label, e.g. `'USD'`. */
  readonly currency: string;
  /** How many tokens the prices are for: a power of ten. Default: 1,000,000. */
  readonly perTokens?: number | undefined;
  /** The prices. Those whose `provider` matches come first, then exact names, then the pattern with the most characters that are not `*`; of a model without an entry no cost is counted. */
  readonly models: readonly ModelPrice[];
}

/** A JSON file of prices: a {@link PriceTable}, or LiteLLM's `model_prices_and_context_window.json`. It is read again when it changes. */
export interface PriceFile {
  /** The path; a relative one starts at the working directory. */
  readonly file: string;
}

/** Several JSON files of prices, as {@link PriceFile}. The first one that has the model counts. */
export interface PriceFiles {
  /** The paths; relative ones start at the working directory. */
  readonly files: readonly string[];
}

/** A table, files with tables, or a list of both, of which the first one that has the model counts. */
export type Prices = PriceSource | readonly PriceSource[];

/** One source of prices. */
export type PriceSource = PriceTable | PriceFile | PriceFiles;
