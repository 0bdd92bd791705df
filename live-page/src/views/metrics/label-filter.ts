/** The words of a filter, as the API reads them: `name=text` for a label, or any text. */
const wordsOf = (filter: string): string[] =>
  filter.split(/\s+/).filter(Boolean);

type Labels = Readonly<Record<string, string>>;

/** Filters that go on from a typed one: its last word with each value that there is. */
export function suggestions(
  filter: string,
  list: readonly { readonly labels: Labels }[],
  most = 50,
): string[] {
  const isOpen = !/\s$/.test(filter);
  const words = wordsOf(filter);
  const before = isOpen ? words.slice(0, -1) : words;
  const pairs = list.flatMap(({ labels }) =>
    Object.entries(labels)
      .filter(([, value]) => value !== '' && !/\s/.test(value))
      .map(([name, value]) => `${name}=${value}`),
  );
  return [...new Set(pairs)]
    .slice(0, most)
    .map((pair) => [...before, pair].join(' '));
}

/** The filter with the beginning of a word for a label. */
export const withLabelName = (filter: string, name: string): string =>
  [...wordsOf(filter), `${name}=`].join(' ');

/**
 * The filter as a selector of PromQL. A label whose value is the same in all series is
 * matched by it. Words without a label have no counterpart.
 */
export function selectorOf(
  filter: string,
  list: readonly { readonly labels: Labels }[],
): string {
  const matchers = wordsOf(filter).flatMap((word) => {
    const [, name, text] = /^([a-z_]\w*)=(.+)$/i.exec(word) ?? [];
    return name && text ? matcherOf(name, text, list) : [];
  });
  return matchers.length > 0 ? `{${[...new Set(matchers)].join(',')}}` : '';
}

function matcherOf(
  name: string,
  text: string,
  list: readonly { readonly labels: Labels }[],
): string {
  const values = new Set(list.map(({ labels }) => labels[name]));
  const [only] = values;
  return values.size === 1 && only !== undefined
    ? `${name}="${escaped(only)}"`
    : `${name}=~"(?i).*${escaped(text.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&'))}.*"`;
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
