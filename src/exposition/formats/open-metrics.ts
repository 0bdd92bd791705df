import type { ValueCell } from '../../model/cells.js';
import { NO_TIME, unixTime, unixTimeOf } from '../../core/wall-clock.js';
import { numberText, type PageWriter } from '../page-writer.js';
import type {
  MetricFamily,
  FamilyHeader,
} from '../../registry/metric-family.js';
import type { Format, FormattedPage, SeriesWriter } from './format.js';
import {
  bytesOf,
  escapeText,
  histogramWriter,
  type LineStyle,
  type LineWriter,
  NUMBER_BYTES,
  summaryWriter,
  valueWriter,
  writeExemplar,
} from './lines.js';
import { OpenMetricsNames } from './open-metrics-names.js';
import { counterFamily } from '../../registry/sample-names.js';

/**
 * OpenMetrics, version 1.0.0, in its text format
 * (prometheus.io/docs/specs/om/open_metrics_spec, "Text format").
 */
export class OpenMetricsFormat implements Format {
  readonly mediaType = 'application/openmetrics-text';
  readonly parameters = { version: '1.0.0' };
  readonly contentType =
    'application/openmetrics-text; version=1.0.0; charset=utf-8';
  readonly hasExemplars = true;

  /** The names of the last page's metrics: with many thousands of metrics they take a while. */
  private known: { all: readonly FamilyHeader[]; names: OpenMetricsNames } = {
    all: [],
    names: new OpenMetricsNames([]),
  };

  /** @param createdSamples whether series have a `_created` sample ("Counter", "Histogram"). */
  constructor(private readonly createdSamples: boolean) {}

  begin(all: readonly FamilyHeader[], out: PageWriter): FormattedPage {
    // Reads the clock: if it was set back, times of creation move with it.
    unixTime();
    const names = this.namesOf(all);
    const style: LineStyle = {
      numberLabel: canonicalNumber,
      exemplars: true,
      created: this.createdSamples,
      risingSums: true,
    };
    return {
      begin: (metric) =>
        beginMetric({ ...metric, type: names.typeOf(metric) }, style, out),
      end: () => out.text('# EOF\n'),
    };
  }

  private namesOf(all: readonly FamilyHeader[]): OpenMetricsNames {
    if (this.known.all !== all) {
      this.known = { all, names: new OpenMetricsNames(all) };
    }
    return this.known.names;
  }
}

/** "MetricFamily metadata". */
function beginMetric(
  metric: MetricFamily,
  style: LineStyle,
  out: PageWriter,
): SeriesWriter {
  const { type, unit } = metric;
  const isCounter = type === 'counter';
  const name = isCounter ? counterFamily(metric.name) : metric.name;
  const help = escapeText(metric.help).replace(/"/g, '\\"');
  out.text(`# TYPE ${name} ${type}\n`);
  // The name must end with the unit ("Unit"). A unit with characters that names cannot have is not the end of a valid name.
  if (unit && name.endsWith(`_${unit}`)) out.text(`# UNIT ${name} ${unit}\n`);
  out.text(`# HELP ${name} ${help}\n`);
  return { write: linesOf(metric, style, out), end: () => {} };
}

function linesOf(
  metric: MetricFamily,
  style: LineStyle,
  out: PageWriter,
): LineWriter {
  switch (metric.type) {
    case 'counter':
      return counterWriter(metric, style, out);
    case 'histogram':
      return histogramWriter(metric, style, out);
    case 'summary':
      return summaryWriter(metric, style, out);
    default:
      return valueWriter(out);
  }
}

/** "Counter": the total, which is 0 or more, with its exemplar, and the time of creation. */
function counterWriter(
  { name }: MetricFamily,
  { created: hasCreated }: LineStyle,
  out: PageWriter,
): LineWriter {
  const family = counterFamily(name);
  const totalHead = Buffer.from(`${family}_total`);
  const createdHead = Buffer.from(`${family}_created`);
  const isTotal = family !== name;
  return (cell) => {
    const { text, created, value, exemplar } = cell as ValueCell;
    if (!(value >= 0)) return;
    const line = createdHead.length + text.length + NUMBER_BYTES;
    out.reserve(2 * line + bytesOf(exemplar));
    const start = out.position;
    if (isTotal) {
      out.bytes(text);
    } else {
      out.constant(totalHead);
      out.bytes(text.slice(name.length));
    }
    const end = out.position;
    out.value(value);
    writeExemplar(exemplar, out);
    if (hasCreated && created !== NO_TIME) {
      out.constant(createdHead);
      out.copy(start + totalHead.length, end);
      out.value(unixTimeOf(created));
    }
  };
}

/**
 * A number in the labels `le` and `quantile`: as Go's `%g` writes it, always with a
 * decimal point or an exponent ("Considerations: Canonical Numbers").
 */
export function canonicalNumber(value: number): string {
  if (!Number.isFinite(value)) return numberText(value);
  const [mantissa, exponent] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power < -4 || power > 5) {
    const digits = String(Math.abs(power)).padStart(2, '0');
    return `${mantissa}e${power < 0 ? '-' : '+'}${digits}`;
  }
  return Number.isInteger(value) ? `${value}.0` : String(value);
}
