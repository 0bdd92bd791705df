import { shown } from '../../core/errors.js';
import { isObject } from '../../core/validate.js';
import { Decimal } from '../decimal.js';
import { hoursOf } from './litellm-hours.js';
import {
  EntryProblem,
  type Fields,
  rateOf,
  readRates,
  readTokenPrices,
  type TokenPrices,
} from './litellm-rates.js';
import type { ModelPrice, ServiceTierPrice } from './price-table.js';
import { canonicalProvider } from './provider-names.js';
import { type Rate, TOKEN_RATES } from './token-rates.js';

/**
 * Reads an entry of LiteLLM's price file.
 *
 * @throws {EntryProblem} if it cannot be used.
 */
export function readEntry(name: string, fields: Fields): ModelPrice {
  const { litellm_provider: litellmProvider } = fields;
  if (typeof litellmProvider !== 'string') {
    throw new EntryProblem(
      `litellm_provider is ${shown(litellmProvider)}; expected a text`,
      true,
    );
  }
  const provider = canonicalProvider(litellmProvider);
  const tokens = readTokenPrices(fields, provider === 'xai');
  const { off_peak_pricing: offPeak } = fields;
  const price: ModelPrice = {
    model: modelOf(name, provider),
    provider,
    ...tokens,
    serviceTiers: { ...tokens.serviceTiers, ...speedsOf(fields) },
    inferenceGeos: geosOf(fields),
    hours: hoursOf(offPeak, readRates(offPeak)),
    ...callPrices(fields, provider, tokens),
  };
  if (!hasPrice(price)) {
    throw new EntryProblem('it has no price per token, call or image', false);
  }
  return price;
}

/** The name of the model at its provider, which LiteLLM often puts before it. */
function modelOf(name: string, provider: string): string {
  const slash = name.indexOf('/');
  const prefix = name.slice(0, Math.max(0, slash));
  return canonicalProvider(prefix) === provider ? name.slice(slash + 1) : name;
}

function hasPrice(price: ModelPrice): boolean {
  const { perCall, perRequest } = price;
  return (
    (perCall ?? perRequest) !== undefined ||
    TOKEN_RATES.some((rate) => price[rate] !== undefined)
  );
}

const UPLIFT = 'regional_processing_uplift_multiplier_';

/** Factors of all prices by the place of the inference. */
function geosOf(fields: Fields): ModelPrice['inferenceGeos'] {
  const { provider_specific_entry: specific } = fields;
  const uplifts = Object.entries(fields)
    .filter(([field]) => field.startsWith(UPLIFT))
    .map(([field, value]) => [field.slice(UPLIFT.length), value] as const);
  const { us, eu } = isObject(specific) ? specific : {};
  const factors = [['us', us] as const, ['eu', eu] as const, ...uplifts];
  const geos = factors.flatMap(([geo, value]) => {
    const multiplier = rate(value, `the multiplier of ${geo}`);
    return multiplier === undefined ? [] : [[geo, { multiplier }] as const];
  });
  return geos.length === 0 ? undefined : Object.fromEntries(geos);
}

/** Anthropic's fast mode, as a factor of all prices. */
function speedsOf({
  provider_specific_entry: specific,
}: Fields): Record<string, ServiceTierPrice> {
  const fast = isObject(specific) ? specific['fast'] : undefined;
  const multiplier = rate(fast, 'provider_specific_entry.fast');
  return multiplier === undefined ? {} : { fast: { multiplier } };
}

/** Prices per call, and per request in which there is a call. */
function callPrices(
  fields: Fields,
  provider: string,
  tokens: TokenPrices,
): Pick<ModelPrice, 'perCall' | 'perRequest'> {
  const search = searchPrice(fields['search_context_cost_per_query']);
  const isPerRequest = paysSearchPerRequest(fields, provider);
  const { file_search_cost_per_1k_calls: files } = fields;
  const { output_cost_per_image: image } = fields;
  const perCall = without({
    web_search: isPerRequest ? undefined : search,
    file_search: thousandth(files, 'file_search_cost_per_1k_calls'),
    // Where the tokens of images have a price, that of an image says the same once more.
    image:
      (tokens.output ?? tokens.outputImage) === undefined
        ? rate(image, 'output_cost_per_image')
        : undefined,
  });
  const perRequest = without({ web_search: isPerRequest ? search : undefined });
  return { perCall, perRequest };
}

/** Google bills the searches of older Gemini models once per prompt. */
function paysSearchPerRequest(fields: Fields, provider: string): boolean {
  const { web_search_billing_unit: unit } = fields;
  const isGoogle = provider === 'gemini' || provider === 'vertex_ai';
  return (
    unit === 'per_prompt' || (isGoogle && (unit ?? undefined) === undefined)
  );
}

/** The price of a search, which answers do not tell the context size of: that of the default, medium. */
function searchPrice(prices: unknown): Rate | undefined {
  if (!isObject(prices)) return undefined;
  const { search_context_size_medium: medium } = prices;
  return rate(
    medium ?? Object.values(prices)[0],
    'search_context_cost_per_query',
  );
}

function thousandth(value: unknown, field: string): Rate | undefined {
  const price = Decimal.parse(rate(value, field));
  return price?.shifted(3).toString();
}

function rate(value: unknown, field: string): Rate | undefined {
  return (value ?? undefined) === undefined ? undefined : rateOf(value, field);
}

/** The prices that are given; `undefined` without any. */
function without(
  prices: Readonly<Record<string, Rate | undefined>>,
): Readonly<Record<string, Rate>> | undefined {
  const given = Object.entries(prices).filter(([, one]) => one !== undefined);
  return given.length === 0
    ? undefined
    : (Object.fromEntries(given) as Record<string, Rate>);
}
