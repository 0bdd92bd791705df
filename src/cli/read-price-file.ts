import { isLiteLlm, readLiteLlm } from '../accounting/prices/litellm.js';
import type {
  LoadedTable,
  TableProblem,
} from '../accounting/prices/loaded-table.js';
import { checkModel, checkTable } from '../accounting/prices/price-checks.js';
import type { ModelPrice } from '../accounting/prices/price-table.js';
import { canonicalProvider } from '../accounting/prices/provider-names.js';
import { messageOf, shown } from '../core/errors.js';
import { readFileAtStart } from '../core/small-file.js';
import { withoutLinks } from '../core/message-links.js';
import { isObject } from '../core/validate.js';

/** A price file, and what is wrong in it. */
export interface CheckedFile {
  readonly file: string;
  /** The prices that can be used; `undefined` if the file cannot be read. */
  readonly table?: LoadedTable;
  readonly problems: readonly TableProblem[];
}

/** Reads a price file in either format. Never throws. */
export function readPriceFile(file: string): CheckedFile {
  try {
    const json: unknown = JSON.parse(readFileAtStart(file));
    return isLiteLlm(json) ? liteLlm(file, json) : ownTable(file, json);
  } catch (error) {
    return { file, problems: [problem(errorText(error))] };
  }
}

function liteLlm(file: string, json: Record<string, unknown>): CheckedFile {
  const table = readLiteLlm(json);
  const problems = (table.problems ?? []).map((one) => ({
    ...one,
    where: `"${one.where}": `,
  }));
  return { file, table, problems };
}

/** An app takes a table of our own as a whole or not at all; here, each entry is checked alone. */
function ownTable(file: string, json: unknown): CheckedFile {
  if (!isObject(json)) {
    throw new Error(
      `it is ${shown(json)}; expected a table of prices, or LiteLLM's file`,
    );
  }
  const { models } = json;
  if (!Array.isArray(models)) checkTable(json, '');
  const table = checkTable({ ...json, models: [] }, '');
  const problems: TableProblem[] = [];
  const usable = (models as unknown[]).filter((price, i) => {
    const error = errorOf(() => checkModel(price, `models[${i}]`));
    if (error !== undefined) problems.push(problem(error));
    return error === undefined;
  }) as ModelPrice[];
  problems.push(...duplicates(usable));
  return { file, table: { ...table, models: usable }, problems };
}

function errorOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Entries that are never used, as another one is for the same model. */
function duplicates(models: readonly ModelPrice[]): TableProblem[] {
  const seen = new Set<string>();
  return models.flatMap(({ model, provider }) => {
    const key = `${provider === undefined ? '' : canonicalProvider(provider)}\n${model}`;
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    const of = provider === undefined ? 'any provider' : provider;
    return [
      problem(
        `model "${model}" of ${of} has two entries; only the first one counts`,
      ),
    ];
  });
}

function problem(message: string): TableProblem {
  return { where: '', message, isInvalid: true };
}

/** The message of an error, without the name of its class. */
function errorText(error: unknown): string {
  return error instanceof Error
    ? withoutLinks(error.message)
    : messageOf(error);
}
