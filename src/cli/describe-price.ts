import { Decimal } from '../accounting/decimal.js';
import type {
  LengthTier,
  ModelPrice,
} from '../accounting/prices/price-table.js';
import {
  type Rate,
  TOKEN_RATES,
  type TokenRates,
} from '../accounting/prices/token-rates.js';

const MILLION = Decimal.of(1_000_000);

/**
 * What a price charges per million tokens, in lines.
 *
 * @param perTokens how many tokens the prices are for.
 */
export function describePrice(
  price: ModelPrice,
  perTokens = 1_000_000,
): string[] {
  const digits = String(perTokens).length - 1;
  const scale = MILLION.shifted(digits);
  const ofRates = (rates: TokenRates) => ratesText(rates, scale, price);
  const { serviceTiers = {}, inferenceGeos = {}, hours = [] } = price;
  return [
    ratesText({ ...price, multiplier: undefined }, scale, price),
    ...tierLines(price.tiers, ofRates),
    ...Object.entries(serviceTiers).flatMap(([name, tier]) => [
      `service tier ${name}: ${ofRates(tier)}`,
      ...tierLines(tier.tiers, (rates) =>
        ratesText(rates, scale.times(decimal(tier.multiplier)), price),
      ).map((line) => `  ${line}`),
    ]),
    ...hours.map((one) => `${hoursText(one)}: ${ofRates(one)}`),
    ...Object.entries(inferenceGeos).map(
      ([name, rates]) => `in ${name}: ${ofRates(rates)}`,
    ),
    ...callLines('per call', price.perCall),
    ...callLines('per request', price.perRequest),
  ].filter((line) => line !== '');
}

/** Token prices with the factor of the whole entry; a factor of their own is printed. */
function ratesText(
  rates: TokenRates,
  scale: Decimal,
  { multiplier }: ModelPrice,
): string {
  const factor = scale
    .times(decimal(multiplier))
    .times(decimal(rates.multiplier));
  const all =
    rates.multiplier === undefined
      ? []
      : [`all prices x ${decimal(rates.multiplier).toString()}`];
  const prices = TOKEN_RATES.flatMap((rate) => {
    const price = Decimal.parse(rates[rate]);
    return price ? [`${rate} ${price.times(factor).toString()}`] : [];
  });
  return [...all, ...prices].join(', ');
}

function decimal(factor: Rate | undefined): Decimal {
  return Decimal.parse(factor) ?? Decimal.ONE;
}

function tierLines(
  tiers: readonly LengthTier[] = [],
  ofRates: (rates: TokenRates) => string,
): string[] {
  return [...tiers]
    .sort((a, b) => a.above - b.above)
    .map((tier) => {
      const from = tier.inclusive === true ? 'from' : 'above';
      return `prompts ${from} ${tier.above} tokens: ${ofRates(tier)}`;
    });
}

function hoursText({
  from,
  to,
  weekdays,
}: NonNullable<ModelPrice['hours']>[number]): string {
  const days = weekdays === undefined ? '' : ` on days ${weekdays.join(', ')}`;
  return `${from} to ${to} UTC${days}`;
}

function callLines(
  what: string,
  prices: Readonly<Record<string, Rate>> = {},
): string[] {
  const texts = Object.entries(prices).map(
    ([name, rate]) => `${name} ${decimal(rate).toString()}`,
  );
  return texts.length === 0 ? [] : [`${what}: ${texts.join(', ')}`];
}
