import type { Cell, HistogramCell, ValueCell } from '../model/cells.js';
import { type Family, HistogramFamily } from '../model/family.js';
import { exposedType } from '../model/metric-type.js';
import { numberText, type PageWriter } from './page-writer.js';

/**
 * The Prometheus text exposition format, version 0.0.4
 * (prometheus.io/docs/instrumenting/exposition_formats).
 */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** The longest text of a number, with the line feed behind it. */
const NUMBER_BYTES = 32;

const COMMA = Buffer.from(',');
const OPEN = Buffer.from('{');
const CLOSE = Buffer.from('}');
const SPACE = Buffer.from(' ');

/** Writes the `# HELP` and `# TYPE` lines of a family. */
export function writeHeader(family: Family, out: PageWriter): void {
  const { name } = family;
  const help = escapeHelp(family.help);
  const type = exposedType(family.type);
  out.text(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
}

/** Writes the sample lines of one series. */
export type CellWriter = (cell: Cell, out: PageWriter) => void;

/** The writer for the series of this family; what is the same for all of them is made once. */
export function cellWriter(family: Family): CellWriter {
  return family instanceof HistogramFamily
    ? histogramWriter(family)
    : writeValue;
}

function writeValue(cell: Cell, out: PageWriter): void {
  out.reserve(cell.text.length + NUMBER_BYTES);
  out.bytes(cell.text);
  out.value((cell as ValueCell).value);
}

function histogramWriter({ name, bounds }: HistogramFamily): CellWriter {
  const bucket = Buffer.from(`${name}_bucket{`);
  const sumHead = Buffer.from(`${name}_sum`);
  const countHead = Buffer.from(`${name}_count`);
  const ends = [...bounds, Infinity].map((bound) =>
    Buffer.from(`le="${numberText(bound)}"} `),
  );
  const longest = Math.max(...ends.map((end) => end.length)) + NUMBER_BYTES;
  return (cell, out) => {
    const { counts, sum, text: labels } = cell as HistogramCell;
    const line = bucket.length + labels.length + longest;
    out.reserve(line * (counts.length + 2));

    const start = out.position;
    out.constant(bucket);
    const labelsStart = out.position;
    out.bytes(labels);
    const labelsEnd = out.position;
    if (labels !== '') out.constant(COMMA);
    const prefixEnd = out.position;
    let count = 0;
    for (let i = 0; i < counts.length; i++) {
      if (i > 0) out.copy(start, prefixEnd);
      out.constant(ends[i]!);
      out.value((count += counts[i]!));
    }
    writeTotal(out, sumHead, labelsStart, labelsEnd, sum);
    writeTotal(out, countHead, labelsStart, labelsEnd, count);
  };
}

/** Writes a line whose labels stand already at the given place. */
function writeTotal(
  out: PageWriter,
  head: Uint8Array,
  labelsStart: number,
  labelsEnd: number,
  value: number,
): void {
  out.constant(head);
  if (labelsEnd > labelsStart) {
    out.constant(OPEN);
    out.copy(labelsStart, labelsEnd);
    out.constant(CLOSE);
  }
  out.constant(SPACE);
  out.value(value);
}

function escapeHelp(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}
