import { messageOf, OptionsError, shown } from '../../core/errors.js';
import { readFileAtStart } from '../../core/small-file.js';
import {
  AMOUNT,
  Check,
  isObject,
  type Rules,
  TEXT,
  validate,
} from '../../core/validate.js';

/** What a model's tokens cost. */
export interface ModelPrice {
  /** The model's name; `*` stands for any characters. The first pattern that matches counts. */
  readonly model: string;
  /** The provider that the price is for. Default: any provider. */
  readonly provider?: string;
  /** Price of the tokens of the prompt. */
  readonly input: number;
  /** Price of the prompt's tokens that came from a cache. Default: as `input`. */
  readonly cachedInput?: number;
  /** Price of the tokens of the answer, those of reasoning included. */
  readonly output: number;
}

/** What tokens cost, in one currency. */
export interface PriceTable {
  /** The `currency` label, e.g. `'USD'`. */
  readonly currency: string;
  /** How many tokens the prices are for. Default: 1,000,000. */
  readonly perTokens?: number;
  /** The prices. The first one whose `model` and `provider` match counts; of a model without one no cost is counted. */
  readonly models: readonly ModelPrice[];
}

/** A table, or a JSON file with one; a relative path starts at the working directory. */
export type Prices =
  | PriceTable
  | {
      /** Path of the JSON file. It is read once, when the app starts. */
      readonly file: string;
    };

const MODEL_RULES: Rules = {
  model: TEXT,
  provider: TEXT,
  input: AMOUNT,
  cachedInput: AMOUNT,
  output: AMOUNT,
};

const TABLE_RULES: Rules = {
  currency: TEXT,
  perTokens: new Check(
    'a finite number above 0',
    (value) => Number.isFinite(value) && (value as number) > 0,
  ),
  models: checkModels,
};

/** @throws {OptionsError} naming the price that is not valid, or the file that cannot be read. */
export function resolvePrices(prices: Prices, path: string): PriceTable {
  if (!isObject(prices) || !('file' in prices)) return checked(prices, path);
  validate(prices, { file: TEXT }, path);
  return checked(read(prices.file as string, path), `${path} (${prices.file})`);
}

function read(file: string, path: string): unknown {
  try {
    return JSON.parse(readFileAtStart(file));
  } catch (error) {
    throw new OptionsError(
      `${path}.file is ${shown(file)}, which cannot be read: ${messageOf(error)}; expected a JSON file with a table of prices`,
      { cause: error },
    );
  }
}

function checked(table: unknown, path: string): PriceTable {
  validate(table, TABLE_RULES, path);
  insist(table as object, ['currency', 'models'], path);
  return table as PriceTable;
}

function checkModels(value: unknown, path: string): void {
  if (!Array.isArray(value)) {
    throw new OptionsError(
      `${path} is ${shown(value)}; expected an array of prices by model`,
    );
  }
  value.forEach((price: unknown, i) => {
    const at = `${path}[${i}]`;
    validate(price, MODEL_RULES, at);
    insist(price as object, ['model', 'input', 'output'], at);
  });
}

function insist(group: object, options: string[], path: string): void {
  for (const option of options) {
    if ((group as Record<string, unknown>)[option] === undefined) {
      throw new OptionsError(`${path}.${option} is missing`);
    }
  }
}
