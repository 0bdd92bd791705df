/** A metric in a query, and the labels of its selector. */
export interface NamedMetric {
  readonly name: string;
  readonly matched: readonly string[];
}

/** Words of PromQL that stand where a metric could. */
const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'on',
  'bool',
  'offset',
  'ignoring',
  'group_left',
]);

/** The metrics that a query reads: names that are neither functions, words nor labels. */
export function metricNamesIn(query: string): NamedMetric[] {
  const bare = query
    .replace(/"[^"]*"/g, '""')
    .replace(/\b(by|on|ignoring|group_left)\s*\([^)]*\)/g, ' ');
  return [
    ...bare.matchAll(/(?<![\w:$.[])([a-zA-Z_:][\w:]*)\b(?!\s*\()(\{[^}]*\})?/g),
  ]
    .map(([, name = '', selector = '']) => ({
      name,
      matched: keysOf(selector),
    }))
    .filter(({ name }) => !WORDS.has(name) && !isInSelector(bare, name));
}

/** The labels that a query groups or joins by. */
export function labelsIn(query: string): string[] {
  return [...query.matchAll(/\b(?:by|on|ignoring|group_left)\s*\(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(','))
    .map((label) => label.trim())
    .filter((label) => label !== '');
}

function keysOf(selector: string): string[] {
  return [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(
    ([, key]) => key!,
  );
}

/** Whether a word stands only inside of braces, as the name of a label. */
function isInSelector(query: string, name: string): boolean {
  const outside = query.replace(/\{[^}]*\}/g, ' ');
  return !new RegExp(`(?<![\\w:])${name}(?![\\w:])`).test(outside);
}
