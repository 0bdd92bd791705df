import { isObject } from '../../core/validate.js';
import { readEntry } from './litellm-entry.js';
import { EntryProblem } from './litellm-rates.js';
import type { LoadedTable, TableProblem } from './loaded-table.js';
import type { ModelPrice } from './price-table.js';

/** Keys of the file that are no models. */
const NO_MODELS = new Set(['sample_spec', 'fallback_generalizations']);

/** Whether JSON is LiteLLM's price file: an object with entries that name their provider. */
export function isLiteLlm(json: unknown): json is Record<string, unknown> {
  return (
    isObject(json) &&
    !('models' in json) &&
    Object.values(json).some(
      (entry) => isObject(entry) && 'litellm_provider' in entry,
    )
  );
}

/** Reads LiteLLM's `model_prices_and_context_window.json`. Entries that cannot be used are left out. */
// Why: docs/decisions/accounting.md, "LiteLLM's file is read as it is".
export function readLiteLlm(json: Record<string, unknown>): LoadedTable {
  const models: ModelPrice[] = [];
  const byKey: ModelPrice[] = [];
  const problems: TableProblem[] = [];
  for (const [key, entry] of Object.entries(json)) {
    if (NO_MODELS.has(key)) continue;
    try {
      if (!isObject(entry)) throw new EntryProblem('it is no object', true);
      const price = readEntry(key, entry);
      for (const model of [price.model, ...aliasesOf(entry)]) {
        models.push({ ...price, model });
      }
      byKey.push({ ...price, model: key, provider: undefined });
    } catch (error) {
      problems.push(problemOf(key, error));
    }
  }
  return { currency: 'USD', perTokens: 1, models, byKey, problems };
}

function aliasesOf({ aliases }: Record<string, unknown>): string[] {
  if (!Array.isArray(aliases)) return [];
  return aliases.filter((alias): alias is string => typeof alias === 'string');
}

function problemOf(where: string, error: unknown): TableProblem {
  if (!(error instanceof EntryProblem)) throw error;
  const { message, isInvalid } = error;
  return { where, message, isInvalid };
}
