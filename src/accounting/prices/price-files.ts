import { messageOf, OptionsError, shown } from '../../core/errors.js';
import { readFileAtStart } from '../../core/small-file.js';
import { Check, isObject, TEXT, validate } from '../../core/validate.js';
import { versionNow } from './file-version.js';
import { isLiteLlm, readLiteLlm } from './litellm.js';
import type { LoadedTable } from './loaded-table.js';
import { checkTable } from './price-checks.js';
import type { Prices } from './price-table.js';

const FILES = new Check(
  'an array of paths of JSON files with prices, one at least',
  (value) => Array.isArray(value) && value.length > 0 && value.every(TEXT.test),
);

/** A source of prices: a table, or the path of a file with one. */
export interface Source {
  readonly table?: LoadedTable;
  readonly file?: string;
  /** The option that it is from, for error messages. */
  readonly path: string;
}

/** @throws {OptionsError} naming the price that is not valid, or the file that cannot be read. */
export function checkPrices(prices: Prices, path: string): void {
  for (const source of sourcesOf(prices, path)) loadSource(source);
}

/**
 * The sources of prices, in the order in which they count.
 *
 * @throws {OptionsError} naming the option or the price that is not valid. Files are not read.
 */
export function sourcesOf(prices: Prices, path: string): Source[] {
  if (Array.isArray(prices)) {
    return prices.flatMap((one: Prices, i) => sourcesOf(one, `${path}[${i}]`));
  }
  if (isObject(prices) && 'files' in prices) {
    validate(prices, { files: FILES }, path);
    const files = prices.files as string[];
    return files.map((file, i) => ({ file, path: `${path}.files[${i}]` }));
  }
  if (isObject(prices) && 'file' in prices) {
    validate(prices, { file: TEXT }, path);
    return [{ file: prices.file as string, path: `${path}.file` }];
  }
  // The caller may change its table later, which must have no effect.
  return [{ table: structuredClone(checkTable(prices, path)), path }];
}

/** A table that was read, and the version of its file then. */
interface ReadTable {
  readonly version: string | undefined;
  readonly table: WeakRef<LoadedTable>;
}

/** By file. An app checks its options twice before it uses the prices: a file that stays as it is is read once. */
const read = new Map<string, ReadTable>();

/** @throws {OptionsError} if the file of a source cannot be read or used. */
export function loadSource({ table, file = '', path }: Source): LoadedTable {
  return table ?? loadFile(file, path);
}

function loadFile(file: string, path: string): LoadedTable {
  // Before the file is read: a change after that look is another version.
  const version = versionNow(file);
  const known = read.get(file);
  const same = version === known?.version ? known?.table.deref() : undefined;
  if (same !== undefined) return same;
  const table = tableOf(readText(file, path), file, path);
  read.set(file, { version, table: new WeakRef(table) });
  return table;
}

/**
 * Reads a table from the text of a file, in either format.
 *
 * @throws {OptionsError} naming the file, and what is wrong in it.
 */
export function tableOf(text: string, file: string, path: string): LoadedTable {
  const json = parsed(text, file, path);
  const where = `${path} (${file})`;
  if (!isLiteLlm(json)) return checkTable(json, where);
  const table = readLiteLlm(json);
  if (table.models.length > 0) return table;
  throw new OptionsError(
    `${where} has no model with a price; the first problem is: ${table.problems?.[0]?.message}`,
  );
}

function readText(file: string, path: string): string {
  try {
    return readFileAtStart(file);
  } catch (error) {
    throw fileError(file, path, error);
  }
}

function parsed(text: string, file: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fileError(file, path, error);
  }
}

function fileError(file: string, path: string, cause: unknown): OptionsError {
  return new OptionsError(
    `${path} is ${shown(file)}, which cannot be read: ${messageOf(cause)}; expected a JSON file with prices`,
    { cause },
  );
}
