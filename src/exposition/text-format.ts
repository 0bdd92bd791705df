import type { Cell, HistogramCell, ValueCell } from '../model/cells.js';
import { type Family, HistogramFamily } from '../model/family.js';
import { exposedType } from '../model/metric-type.js';

/**
 * The Prometheus text exposition format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats).
 */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The `# HELP` and `# TYPE` lines of a family. */
export function headerText(family: Family): string {
  const help = escapeHelp(family.help);
  const type = exposedType(family.type);
  return `# HELP ${family.name} ${help}\n# TYPE ${family.name} ${type}\n`;
}

/** Writes the sample lines of one series. */
export type CellWriter = (cell: Cell) => string;

/** The writer for the series of this family; what is the same for all of them is made once. */
export function cellWriter(family: Family): CellWriter {
  return family instanceof HistogramFamily
    ? histogramWriter(family)
    : (cell) =>
        `${family.name}${braced(labelText(cell))} ${numberText((cell as ValueCell).value)}\n`;
}

function histogramWriter({ name, bounds }: HistogramFamily): CellWriter {
  const bounded = [...bounds, Infinity].map(
    (bound) => `le="${numberText(bound)}"} `,
  );
  return (cell) => {
    const { counts, sum } = cell as HistogramCell;
    const labels = labelText(cell);
    const prefix = `${name}_bucket{${labels === '' ? '' : `${labels},`}`;
    let text = '';
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      count += counts[i]!;
      text += `${prefix}${bounded[i]}${count}\n`;
    }
    const suffix = braced(labels);
    return `${text}${name}_sum${suffix} ${numberText(sum)}\n${name}_count${suffix} ${count}\n`;
  };
}

/** The labels of a series as text without braces, escaped once and kept. */
function labelText(cell: Cell): string {
  return (cell.text ??= flat(
    cell.names
      .map((name, i) => `${name}="${escapeValue(cell.values[i]!)}"`)
      .join(','),
  ));
}

/** A joined string is kept as a tree of its parts until it is flattened, which costs time and memory at every scrape. */
function flat(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

function braced(labels: string): string {
  return labels === '' ? '' : `{${labels}}`;
}

function numberText(value: number): string {
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  return String(value);
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}

function escapeValue(text: string): string {
  return escapeHelp(text).replace(/"/g, '\\"');
}
