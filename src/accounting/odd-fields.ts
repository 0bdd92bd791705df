import { Decimal } from './decimal.js';
import { count, type Fields, isFields } from './fields.js';

/** Counts and costs of a provider's usage that are no such numbers, by their place in it, e.g. `{ prompt_tokens: 10.5 }`. */
export type OddFields = Readonly<Record<string, unknown>>;

/** The names of counts in all APIs that have a reader. */
const COUNT = /(.tokens|tokencount|_count|_requests|_calls|_queries)$/i;

const COST = /(^|[_.])cost$/;

/** Whether a name of that kind is that of an amount of money. */
export function isCost(name: string): boolean {
  return COST.test(name);
}

/** Usage is no deeper than this, and lists no more. */
const LIMITS = { depth: 4, items: 100 };

/** Finds the fields of a usage that a reader leaves out; `undefined` if there are none. */
export function oddFields(usage: Fields): OddFields | undefined {
  let odd: Record<string, unknown> | undefined;
  visit(usage, '', (place, value) => {
    odd ??= {};
    odd[place] = value;
  });
  return odd;
}

function visit(
  fields: Fields,
  path: string,
  found: (place: string, value: unknown) => void,
  depth = 1,
): void {
  for (const name in fields) {
    const value = fields[name];
    if (isOdd(name, value)) found(path + name, value);
    if (typeof value !== 'object' || depth === LIMITS.depth) continue;
    const inner = Array.isArray(value) ? value.slice(0, LIMITS.items) : value;
    visit(inner as Fields, `${path}${name}.`, found, depth + 1);
  }
}

/** Whether it is no number that can be counted. Servers send `null` for what they do not count. */
function isOdd(name: string, value: unknown): boolean {
  // Nearly all values are counts, which are right under any name.
  if (count(value) !== undefined || value === undefined || value === null) {
    return false;
  }
  if (COUNT.test(name)) return true;
  // Perplexity's cost is an object with costs.
  return isCost(name) && !isFields(value) && !Decimal.isDecimal(value);
}
