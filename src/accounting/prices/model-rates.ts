import type { InferenceAnswer } from '../answer.js';
import { sameItems } from '../../core/same-items.js';
import { Decimal } from '../decimal.js';
import type {
  HourlyPrice,
  LengthTier,
  ModelPrice,
  ServiceTierPrice,
} from './price-table.js';
import { costOfTokens } from './token-cost.js';
import {
  type Rate,
  RateCard,
  TOKEN_RATES,
  type TokenRates,
} from './token-rates.js';

/** Prices from the most general to the most special. */
type Layers = readonly (TokenRates | undefined)[];

/** Computes what answers of one model cost. */
export class ModelRates {
  private readonly serviceTiers: ReadonlyMap<string, ServiceTierPrice>;
  private readonly inferenceGeos: ReadonlyMap<string, TokenRates>;
  private readonly perCall: ReadonlyMap<string, Decimal>;
  private readonly perRequest: ReadonlyMap<string, Decimal>;
  private readonly hasTokenPrice: boolean;
  /** The cards that were needed so far, by the prices that they are made of. */
  private readonly cards: { layers: Layers; card: RateCard }[] = [];

  /**
   * @param price must not change.
   * @param digits how many tokens the prices are for, as a power of ten.
   */
  constructor(
    private readonly price: ModelPrice,
    private readonly digits: number,
  ) {
    const { serviceTiers, inferenceGeos, perCall, perRequest } = price;
    this.serviceTiers = byLowerName(serviceTiers);
    this.inferenceGeos = byLowerName(inferenceGeos);
    this.perCall = decimals(perCall);
    this.perRequest = decimals(perRequest);
    this.hasTokenPrice = TOKEN_RATES.some((rate) => price[rate] !== undefined);
  }

  /** @returns `undefined` if the answer does not tell its tokens, or if some of them have no price. */
  cost(answer: InferenceAnswer, at?: Date): Decimal | undefined {
    const calls = this.costOfCalls(answer);
    if (!this.hasTokenPrice) return calls;
    const tokens = costOfTokens(answer, this.cardFor(answer, at));
    return calls === undefined ? tokens : tokens?.plus(calls);
  }

  /** The prices that hold for an answer. */
  cardFor(answer: InferenceAnswer, at?: Date): RateCard {
    const { price } = this;
    const prompt =
      answer.usage?.inputTokens ?? answer.billedTokens?.inputTokens ?? 0;
    const service = named(this.serviceTiers, answer.serviceTier);
    return this.cardOf([
      price,
      service,
      price.tiers && tierOf(price.tiers, prompt),
      service?.tiers && tierOf(service.tiers, prompt),
      price.hours && hourOf(price.hours, at),
      named(this.inferenceGeos, answer.inferenceGeo),
    ]);
  }

  /** What calls of hosted tools cost; those without a price are free. `undefined` if none has a price. */
  private costOfCalls({ hostedCalls }: InferenceAnswer): Decimal | undefined {
    if (hostedCalls === undefined) return undefined;
    const prices = Object.entries(hostedCalls).flatMap(([name, calls]) => {
      if (calls === 0) return [];
      const each = this.perCall.get(name)?.times(Decimal.of(calls));
      return [each, this.perRequest.get(name)].filter((p) => p !== undefined);
    });
    return prices.length === 0
      ? undefined
      : prices.reduce((sum, price) => sum.plus(price));
  }

  private cardOf(layers: Layers): RateCard {
    for (const known of this.cards) {
      if (sameItems(known.layers, layers)) return known.card;
    }
    const given = layers.filter((layer) => layer !== undefined);
    const card = new RateCard(given, this.digits);
    this.cards.push({ layers, card });
    return card;
  }
}

function named<T>(
  prices: ReadonlyMap<string, T>,
  name: string | undefined,
): T | undefined {
  return name === undefined || prices.size === 0
    ? undefined
    : prices.get(lower(name));
}

function byLowerName<T>(
  prices: Readonly<Record<string, T>> = {},
): ReadonlyMap<string, T> {
  const entries = Object.entries(prices);
  return new Map(entries.map(([name, one]) => [lower(name), one]));
}

function decimals(
  rates: Readonly<Record<string, Rate>> = {},
): ReadonlyMap<string, Decimal> {
  const entries = Object.entries(rates).flatMap(([name, rate]) => {
    const price = Decimal.parse(rate);
    return price === undefined ? [] : [[name, price] as const];
  });
  return new Map(entries);
}

/** The tier with the highest threshold that the prompt exceeds. */
// Why: docs/decisions/accounting.md, "A price tier holds for the whole request".
function tierOf(
  tiers: readonly LengthTier[],
  prompt: number,
): LengthTier | undefined {
  let highest: LengthTier | undefined;
  for (const tier of tiers) {
    const { above, inclusive } = tier;
    const holds = prompt > above || (inclusive === true && prompt === above);
    if (holds && above >= (highest?.above ?? 0)) highest = tier;
  }
  return highest;
}

function hourOf(
  hours: readonly HourlyPrice[],
  at = new Date(),
): HourlyPrice | undefined {
  return hours.find((one) => isWithin(one, at));
}

function isWithin({ from, to, weekdays }: HourlyPrice, at: Date): boolean {
  const now = at.getUTCHours() * 60 + at.getUTCMinutes();
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const isOverMidnight = end <= begin;
  const isLate = isOverMidnight && now < end;
  const holds = isOverMidnight
    ? now >= begin || isLate
    : now >= begin && now < end;
  if (!holds || weekdays === undefined) return holds;
  // What holds after midnight began on the day before.
  const day = (at.getUTCDay() + (isLate ? 6 : 0)) % 7;
  return weekdays.includes(day === 0 ? 7 : day);
}

function minutesOf(time: string): number {
  const [hours, minutes] = time.split(':').map(Number);
  return hours! * 60 + minutes!;
}

function lower(name: string): string {
  return name.toLowerCase();
}
