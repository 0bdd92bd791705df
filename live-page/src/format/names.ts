/**
 * What has no shape or changes the direction of text. Joiners are not among them: scripts
 * and emoji need them.
 */
const INVISIBLE =
  /[\p{Cc}\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/gu;

const LONE_SURROGATES =
  /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const written = (unit: string): string =>
  `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A name from code or from its users, as text that shows all that is in it. */
export function printable(name: string): string {
  if (name === '') return '(empty)';
  const text = name
    .replace(INVISIBLE, written)
    .replace(LONE_SURROGATES, written);
  return text.trim() ? text : '(blank)';
}

/** `agent="Refunds", status="error"` */
export const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ');

/** Texts that tell series from each other: the values of the labels that differ. */
export function distinctLabels(
  list: readonly Readonly<Record<string, string>>[],
): string[] {
  const names = [...new Set(list.flatMap((labels) => Object.keys(labels)))];
  const differing = names.filter(
    (name) => new Set(list.map((labels) => labels[name])).size > 1,
  );
  if (differing.length < 2) return list.map((labels) => labelText(labels));
  return list.map((labels) =>
    differing.flatMap((name) => labels[name] ?? []).join(' · '),
  );
}
