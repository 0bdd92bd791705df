/** Names of options in other libraries, with the names that they may have here. */
const OTHER_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  ['help', ['description']],
  ['labels', ['labelNames']],
  ['label_names', ['labelNames']],
  ['labelnames', ['labels']],
  ['boundaries', ['buckets']],
]);

/** Characters of a name that are compared: few names are longer. */
const MAX_LENGTH = 100;

/** The largest edit distance of a misspelt name. */
const MAX_EDITS = 2;

/** The known name that was probably meant; `undefined` if no name is similar. */
export function suggestion(
  given: string,
  known: readonly string[],
): string | undefined {
  const others = OTHER_NAMES.get(given.toLowerCase()) ?? [];
  return (
    others.find((name) => known.includes(name)) ??
    known.find((name) => isClose(given.toLowerCase(), name.toLowerCase()))
  );
}

/** The known names that are nearest to any form of a given name, nearest first. */
export function nearest(
  forms: readonly string[],
  known: readonly string[],
  count: number,
): string[] {
  return known
    .map((name) => ({ name, distance: distanceOf(forms, name) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ name }) => name);
}

/** A name that has the given one in it is nearer than any other. */
function distanceOf(forms: readonly string[], name: string): number {
  const distances = forms.map((form) => edits(form, name));
  return Math.min(...distances) - (name.includes(forms[0]!) ? name.length : 0);
}

function isClose(given: string, name: string): boolean {
  if (Math.min(given.length, name.length) < 4) return false;
  return (
    given.startsWith(name) ||
    name.startsWith(given) ||
    edits(given, name) <= MAX_EDITS
  );
}

/** The Levenshtein distance. */
function edits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 0; i < Math.min(from.length, MAX_LENGTH); i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (from[i] === to[j] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row[to.length]!;
}
