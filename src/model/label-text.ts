import type { LabelSet } from './labels.js';

/**
 * Label names and values in the Prometheus text format, `a="1",b="2"`, escaped (prometheus.io/docs/instrumenting/exposition_formats, "Comments, help
 * text, and type information"; OpenMetrics 1.0.0 has the same rules).
 */
export function labelPairs({ names, values }: LabelSet): string {
  let text = '';
  for (let i = 0; i < names.length; i++) {
    text += `${i > 0 ? ',' : ''}${names[i]}="${escaped(values[i]!)}"`;
  }
  return text;
}

/**
 * Text with one character for each byte of its UTF-8 form. The result is also a flat string: V8 keeps a concatenated string as a tree of its parts, which costs time and memory.
 */
export function latin1OfUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** The labels in a text from {@link labelPairs} and {@link latin1OfUtf8}. */
export function parsedPairs(text: string): Record<string, string> {
  const pairs = Buffer.from(text, 'latin1')
    .toString('utf8')
    .matchAll(/([^=,]+)="((?:[^"\\]|\\.)*)"/gs);
  return Object.fromEntries(
    Array.from(pairs, ([, name, value]) => [name, unescaped(value!)]),
  );
}

function unescaped(value: string): string {
  return value.replace(/\\(.)/g, (_, character: string) =>
    character === 'n' ? '\n' : character,
  );
}

function escaped(value: string): string {
  if (!/[\\\n"]/.test(value)) return value;
  return value
    .replace(/\\/g, '\\\\')
    .replace(/\n/g, '\\n')
    .replace(/"/g, '\\"');
}
