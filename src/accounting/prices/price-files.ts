import { messageOf, OptionsError, shown } from '../../core/errors.js';
import { readFileAtStart } from '../../core/small-file.js';
import { isObject, TEXT, validate } from '../../core/validate.js';
import { checkTable } from './price-checks.js';
import type { Prices, PriceTable } from './price-table.js';

/** @throws {OptionsError} naming the price that is not valid, or the file that cannot be read. */
export function resolvePrices(prices: Prices, path: string): PriceTable {
  if (!isObject(prices) || !('file' in prices)) {
    // The caller may change its table later, which must have no effect.
    return structuredClone(checkTable(prices, path));
  }
  validate(prices, { file: TEXT }, path);
  const file = prices.file as string;
  return checkTable(read(file, path), `${path} (${file})`);
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
