import { Decimal } from '../decimal.js';
import { count, decimal, type Fields, fieldsOf } from '../fields.js';
import type { Money } from '../usage.js';
import type { ToldUsage } from './said.js';

/** xAI reports the cost as a whole number of 0.0000000001 USD. */
const TICK_DIGITS = 10;

/** The cost that usage of OpenAI's form reports. */
export function toldCost(usage: Fields): string | undefined {
  const { cost, cost_in_usd_ticks } = usage;
  if (cost === undefined && cost_in_usd_ticks === undefined) return undefined;
  const ticks = count(cost_in_usd_ticks);
  return ticks === undefined
    ? (decimal(cost) ?? decimal(fieldsOf(cost)['total_cost']))
    : Decimal.of(ticks).shifted(TICK_DIGITS).toString();
}

/** With a key of the user's own, OpenRouter's cost is its fee, and the model's provider bills the rest. */
export function upstreamCost({
  is_byok,
  cost_details,
}: Fields): string | undefined {
  const { upstream_inference_cost } = fieldsOf(cost_details);
  return is_byok === true ? decimal(upstream_inference_cost) : undefined;
}

export function reportedCost(told: ToldUsage): Money | undefined {
  if (told.cost === undefined) return undefined;
  const cost = Decimal.parse(told.cost)!;
  const upstream = Decimal.parse(told.upstreamCost) ?? Decimal.ZERO;
  return { amount: cost.plus(upstream).toString(), currency: 'USD' };
}
