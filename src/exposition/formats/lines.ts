import type { Cell, HistogramCell, ValueCell } from '../../model/cells.js';
import { NO_TIME, unixTimeAt, unixTimeOf } from '../../core/wall-clock.js';
import type { Exemplar } from '../../model/exemplars.js';
import { numberText, type PageWriter } from '../page-writer.js';
import type {
  MetricFamily,
  SummaryCell,
} from '../../registry/metric-family.js';

/** Parts that the formats with one sample per line have in common. */

/** The differences between these formats. */
export interface LineStyle {
  /** Writes the labels `le` and `quantile`. */
  readonly numberLabel: (value: number) => string;
  /** Whether the lines of buckets have exemplars. */
  readonly exemplars: boolean;
  /** Whether series have a sample with their time of creation. */
  readonly created: boolean;
  /** Whether sums must not decrease, so that sums that may decrease are left out. */
  readonly risingSums: boolean;
}

/** Writes the lines of one series. */
export type LineWriter = (cell: Cell) => void;

/** Bytes of the longest number with the line feed after it. */
export const NUMBER_BYTES = 32;

const COMMA = Buffer.from(',');
const OPEN = Buffer.from('{');
const CLOSE = Buffer.from('}');
const SPACE = Buffer.from(' ');

/** Writes counters and gauges under their own name. */
export function valueWriter(out: PageWriter): LineWriter {
  return (cell) => {
    out.reserve(cell.text.length + NUMBER_BYTES);
    out.bytes(cell.text);
    out.value((cell as ValueCell).value);
  };
}

export function histogramWriter(
  { name, bounds }: MetricFamily,
  style: LineStyle,
  out: PageWriter,
): LineWriter {
  const bucket = Buffer.from(`${name}_bucket{`);
  const sumHead = Buffer.from(`${name}_sum`);
  const countHead = Buffer.from(`${name}_count`);
  const createdHead = Buffer.from(`${name}_created`);
  const ends = [...bounds, Infinity].map((bound) =>
    Buffer.from(`le="${style.numberLabel(bound)}"} `),
  );
  const longest = Math.max(...ends.map((end) => end.length)) + NUMBER_BYTES;
  // OpenMetrics 1.0.0, "Histogram": with buckets below zero the sum may go down.
  const hasSums = !style.risingSums || !(bounds[0]! < 0);
  return (cell) => {
    const { counts, sum, text: labels, created } = cell as HistogramCell;
    const exemplars = style.exemplars
      ? (cell as HistogramCell).exemplars
      : undefined;
    const line = bucket.length + labels.length + longest;
    let room = line * (counts.length + 3);
    if (exemplars !== undefined) {
      for (const exemplar of exemplars) room += bytesOf(exemplar);
    }
    out.reserve(room);

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
      if (exemplars !== undefined) writeExemplar(exemplars[i], out);
    }
    if (hasSums && (sum >= 0 || !style.risingSums)) {
      writeTotal(out, sumHead, labelsStart, labelsEnd, sum);
      writeTotal(out, countHead, labelsStart, labelsEnd, count);
    }
    if (style.created && created !== NO_TIME) {
      const time = unixTimeOf(created);
      writeTotal(out, createdHead, labelsStart, labelsEnd, time);
    }
  };
}

/** Writes a line whose labels are copied from an earlier line of the page. */
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

/** Summaries come from prom-client and are few, so they are written in the simplest way. */
export function summaryWriter(
  { name }: MetricFamily,
  { numberLabel, risingSums }: LineStyle,
  out: PageWriter,
): LineWriter {
  const write = (head: string, value: number) => {
    out.reserve(head.length + NUMBER_BYTES);
    out.bytes(head);
    out.value(value);
  };
  return (cell) => {
    const { quantiles, sum, count, text: labels } = cell as SummaryCell;
    for (const { quantile, value } of quantiles) {
      // OpenMetrics 1.0.0, "Summary": quantiles are from 0 to 1, and their values not negative.
      const isAllowed = quantile >= 0 && quantile <= 1 && !(value < 0);
      if (risingSums && !isAllowed) continue;
      const pair = `quantile="${numberLabel(quantile)}"`;
      write(`${name}{${labels}${labels && ','}${pair}} `, value);
    }
    const end = `${labels && `{${labels}}`} `;
    if (!risingSums || sum >= 0) write(`${name}_sum${end}`, sum);
    write(`${name}_count${end}`, count);
  };
}

/** Appends an exemplar to the line that was written last. The caller has made room for as many bytes as {@link bytesOf} returns. */
export function writeExemplar(
  exemplar: Exemplar | undefined,
  out: PageWriter,
): void {
  if (exemplar === undefined) return;
  const { labels, value, timestamp } = exemplar;
  out.addToLine(` # {${labels}} ${numberText(value)} ${unixTimeAt(timestamp)}`);
}

/** The bytes that an exemplar needs at most. */
export function bytesOf(exemplar: Exemplar | undefined): number {
  return exemplar === undefined ? 0 : exemplar.labels.length + 3 * NUMBER_BYTES;
}

/** Escapes a help text as both formats do. */
export function escapeText(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
}
