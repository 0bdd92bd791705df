import { shown } from '../../core/errors.js';
import { isObject } from '../../core/validate.js';
import { Decimal } from '../decimal.js';
import type {
  LengthTier,
  ModelPrice,
  ServiceTierPrice,
} from './price-table.js';
import type { Rate, TokenRate, TokenRates } from './token-rates.js';

/** Any JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** LiteLLM's fields of token prices, without the suffixes for long prompts and service tiers. */
const RATE_FIELDS = new Map<string, TokenRate>([
  ['input_cost_per_token', 'input'],
  ['output_cost_per_token', 'output'],
  ['input_cost_per_token_cache_hit', 'cachedInput'],
  ['cache_read_input_token_cost', 'cachedInput'],
  ['cache_creation_input_token_cost', 'cacheWrite'],
  // Its name says a threshold; it is the price of a cache that lives for an hour.
  ['cache_creation_input_token_cost_above_1hr', 'cacheWriteHour'],
  ['input_cost_per_audio_token', 'inputAudio'],
  ['input_cost_per_image_token', 'inputImage'],
  ['input_cost_per_video_token', 'inputVideo'],
  ['cache_read_input_audio_token_cost', 'cachedInputAudio'],
  ['cache_read_input_image_token_cost', 'cachedInputImage'],
  ['output_cost_per_reasoning_token', 'reasoning'],
  ['output_cost_per_audio_token', 'outputAudio'],
  ['output_cost_per_image_token', 'outputImage'],
  ['output_cost_per_video_token', 'outputVideo'],
  ['citation_cost_per_token', 'outputCitation'],
]);

/** Suffixes of fields, and the service tiers that answers tell. */
const SERVICE_TIERS = new Map([
  ['flex', 'flex'],
  ['priority', 'priority'],
  ['batches', 'batch'],
]);

const FIELD =
  /^(?<field>[a-z_]+?(?:_above_1hr)?)(?:_above_(?<above>\d+k?)_tokens)?(?:_(?<tier>flex|priority|batches))?$/;

/** What the name of a field says. */
interface PriceField {
  readonly rate: TokenRate;
  /** The threshold of long prompts, e.g. `200k`. */
  readonly above: string | undefined;
  /** The suffix of the service tier. */
  readonly tier: string | undefined;
}

/** The fields that were seen. Thousands of entries have the same hundred names. */
const seenFields = new Map<string, PriceField | undefined>();

const MAX_SEEN = 1_000;

function priceField(name: string): PriceField | undefined {
  if (seenFields.has(name)) return seenFields.get(name);
  const { field = '', above, tier } = FIELD.exec(name)?.groups ?? {};
  const rate = RATE_FIELDS.get(field);
  const read = rate && { rate, above, tier };
  if (seenFields.size < MAX_SEEN) seenFields.set(name, read);
  return read;
}

/** The part of an entry that prices tokens. */
export type TokenPrices = TokenRates &
  Pick<ModelPrice, 'tiers' | 'serviceTiers'>;

type MutableRates = { -readonly [R in TokenRate]?: Rate };

/**
 * Reads the token prices of an entry, all of which are for one token.
 *
 * @param inclusive whether a prompt of exactly the threshold is a long one.
 * @throws {EntryProblem} naming the field that is no price.
 */
export function readTokenPrices(
  fields: Fields,
  inclusive: boolean,
): TokenPrices {
  const { tiered_pricing: ranges } = fields;
  if (Array.isArray(ranges)) return pricesOfRanges(ranges.filter(isObject));
  const base = new PriceGroup();
  const serviceTiers = new Map<string, PriceGroup>();
  for (const [name, value] of Object.entries(fields)) {
    const field = priceField(name);
    if (field === undefined || value === null) continue;
    const group = groupOf(base, serviceTiers, field.tier);
    group.ratesAbove(field.above)[field.rate] = rateOf(value, name);
  }
  return withDefaults({
    ...base.prices(inclusive),
    serviceTiers: Object.fromEntries(
      [...serviceTiers].map(([name, one]) => [name, one.prices(inclusive)]),
    ),
  });
}

/** The token prices of a group of fields without tiers, such as that of off-peak hours. */
export function readRates(fields: unknown): TokenRates {
  const rates: MutableRates = {};
  if (!isObject(fields)) return rates;
  for (const [field, rate] of RATE_FIELDS) {
    const value = fields[field] ?? undefined;
    if (value !== undefined) rates[rate] = rateOf(value, field);
  }
  return rates;
}

/** @throws {EntryProblem} unless the value is a price. */
export function rateOf(value: unknown, field: string): Rate {
  if (Decimal.isDecimal(value)) return value;
  throw new EntryProblem(
    `${field} is ${shown(value)}; expected a decimal number of 0 or more`,
    true,
  );
}

/** Why an entry cannot be used. */
export class EntryProblem extends Error {
  /** @param isInvalid whether a value is invalid; else the entry has no price that is used here. */
  constructor(
    message: string,
    readonly isInvalid: boolean,
  ) {
    super(message);
  }
}

function groupOf(
  base: PriceGroup,
  serviceTiers: Map<string, PriceGroup>,
  suffix: string | undefined,
): PriceGroup {
  if (suffix === undefined) return base;
  const name = SERVICE_TIERS.get(suffix)!;
  const group = serviceTiers.get(name) ?? new PriceGroup();
  serviceTiers.set(name, group);
  return group;
}

/** The prices of a service tier, or of none. */
class PriceGroup {
  private readonly rates: MutableRates = {};
  private readonly long = new Map<number, MutableRates>();

  /** @param threshold e.g. `200k`; `undefined` for prompts of any length. */
  ratesAbove(threshold: string | undefined): MutableRates {
    if (threshold === undefined) return this.rates;
    const above = Number(threshold.replace('k', '000'));
    const rates = this.long.get(above) ?? {};
    this.long.set(above, rates);
    return rates;
  }

  prices(inclusive: boolean): ServiceTierPrice {
    if (this.long.size === 0) return this.rates;
    const tiers = [...this.long].map(([above, rates]): LengthTier => {
      return { above, ...(inclusive && { inclusive }), ...rates };
    });
    return { ...this.rates, tiers };
  }
}

/** `tiered_pricing`: all prices for prompts of a range, of which the end is included. Longer prompts have those of the last range. */
function pricesOfRanges(ranges: readonly Fields[]): TokenPrices {
  const [first, ...longer] = ranges
    .map((fields) => {
      const { range } = fields;
      const above = Number(Array.isArray(range) ? range[0] : 0);
      return { above, rates: completed(readRates(fields)) };
    })
    .sort((a, b) => a.above - b.above);
  const tiers = longer.map(({ above, rates }) => ({ above, ...rates }));
  return { ...first?.rates, ...(tiers.length > 0 && { tiers }) };
}

/** A range has nothing of another one: what it does not name has its own general price. */
function completed(rates: TokenRates): TokenRates {
  const { input, output, cachedInput = input, reasoning = output } = rates;
  const { cacheWrite = input, cacheWriteHour = cacheWrite } = rates;
  return { ...rates, cachedInput, cacheWrite, cacheWriteHour, reasoning };
}

/** What LiteLLM's own calculation takes for prices that an entry does not have. */
function withDefaults(prices: TokenPrices): TokenPrices {
  const { output, outputImage, reasoning } = prices;
  const hasOnlyImages = isFree(output) && outputImage !== undefined;
  // A price of reasoning that is that of the output follows it, e.g. for long prompts.
  const isOwn = reasoning !== undefined && reasoning !== output;
  const { serviceTiers = {} } = prices;
  return {
    ...prices,
    output: hasOnlyImages ? outputImage : output,
    reasoning: isOwn ? reasoning : undefined,
    serviceTiers: isOwn
      ? Object.fromEntries(
          Object.entries(serviceTiers).map(([name, tier]) => [
            name,
            { ...tier, reasoning: tier.reasoning ?? tier.output },
          ]),
        )
      : serviceTiers,
  };
}

function isFree(rate: Rate | undefined): boolean {
  return rate === undefined || Number(rate) === 0;
}
