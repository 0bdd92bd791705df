import type { ExemplarSnapshot } from '../../snapshot.js';
import type { OtlpAttributes } from '../config/otlp.options.js';
import { PACKAGE, VERSION } from '../../../core/package.js';
import {
  exemplarFields,
  type HistogramPoint,
  type OtlpMetricHeader,
  type NumberPoint,
  type Point,
  type RequestEncoder,
  type SummaryPoint,
} from './points.js';

const BILLION = 1_000_000_000;

const DELTA = 1;
const CUMULATIVE = 2;

/**
 * Writes an `ExportMetricsServiceRequest` of OTLP 1 in JSON (OTLP specification,
 * "JSON Protobuf Encoding"): 64-bit integers are texts, ids are hexadecimal,
 * and numbers that JSON cannot write are texts.
 */
export class JsonEncoder implements RequestEncoder {
  readonly contentType = 'application/json';
  private readonly head: string;
  private text = '';
  private hasPoints = false;
  private dataEnd = '';
  private bounds = '';

  constructor(resource: OtlpAttributes) {
    const scope = { name: PACKAGE, version: VERSION };
    this.head = `{"resourceMetrics":[{"resource":{"attributes":${attributesText(resource)}},"scopeMetrics":[{"scope":${JSON.stringify(scope)},"metrics":[`;
  }

  get size(): number {
    return this.text.length;
  }

  beginMetric(header: OtlpMetricHeader): void {
    const { kind, name, description, unit, type, isDelta, bounds } = header;
    const head = {
      name,
      ...(description !== '' && { description: description.toWellFormed() }),
      ...(unit !== '' && { unit: unit.toWellFormed() }),
    };
    const temporality = `,"aggregationTemporality":${isDelta ? DELTA : CUMULATIVE}`;
    const metadata = `,"metadata":${attributesText({ 'prometheus.type': type })}}`;
    this.text += `${this.text && ','}${JSON.stringify(head).slice(0, -1)},"${kind}":{"dataPoints":[`;
    this.dataEnd = `]${kind === 'sum' || kind === 'histogram' ? temporality : ''}${kind === 'sum' ? ',"isMonotonic":true' : ''}}${metadata}`;
    this.bounds = JSON.stringify(bounds);
    this.hasPoints = false;
  }

  number(point: NumberPoint): void {
    this.point(
      point,
      `,"asDouble":${numberText(point.value)}${exemplarsText(point.exemplars)}`,
    );
  }

  histogram(point: HistogramPoint): void {
    const { counts, count, sum, exemplars } = point;
    const sumText = sum === undefined ? '' : `,"sum":${numberText(sum)}`;
    this.point(
      point,
      `,"count":"${count}"${sumText},"bucketCounts":["${counts.join('","')}"],"explicitBounds":${this.bounds}${exemplarsText(exemplars)}`,
    );
  }

  summary(point: SummaryPoint): void {
    const { quantiles, count, sum } = point;
    const values = quantiles.map(
      ({ quantile, value }) =>
        `{"quantile":${numberText(quantile)},"value":${numberText(value)}}`,
    );
    this.point(
      point,
      `,"count":"${count}","sum":${numberText(sum)},"quantileValues":[${values.join(',')}]`,
    );
  }

  endMetric(): void {
    this.text += this.dataEnd;
  }

  end(): Buffer {
    return Buffer.from(`${this.head}${this.text}]}]}]}`, 'utf8');
  }

  reset(): void {
    this.text = '';
  }

  private point({ attributes, start, time }: Point, data: string): void {
    const startText =
      start === undefined
        ? ''
        : `"startTimeUnixNano":"${nanosecondsText(start)}",`;
    this.text += `${this.hasPoints ? ',' : ''}{"attributes":${attributesText(attributes)},${startText}"timeUnixNano":"${nanosecondsText(time)}"${data}}`;
    this.hasPoints = true;
  }
}

function exemplarsText(exemplars: readonly ExemplarSnapshot[]): string {
  if (exemplars.length === 0) return '';
  const texts = exemplars.map((exemplar) => {
    const { traceId, spanId, attributes } = exemplarFields(exemplar);
    const ids = `${idText('traceId', traceId)}${idText('spanId', spanId)}`;
    return `{"filteredAttributes":${attributesText(attributes)},"timeUnixNano":"${nanosecondsText(exemplar.timestamp)}","asDouble":${numberText(exemplar.value)}${ids}}`;
  });
  return `,"exemplars":[${texts.join(',')}]`;
}

function idText(name: string, id: string | undefined): string {
  return id === undefined ? '' : `,"${name}":"${id}"`;
}

function attributesText(attributes: OtlpAttributes): string {
  const texts = Object.entries(attributes).map(
    ([name, value]) =>
      `{"key":${JSON.stringify(name.toWellFormed())},"value":${anyValueText(value)}}`,
  );
  return `[${texts.join(',')}]`;
}

function anyValueText(value: OtlpAttributes[string]): string {
  if (typeof value === 'string') {
    return `{"stringValue":${JSON.stringify(value.toWellFormed())}}`;
  }
  if (typeof value === 'boolean') return `{"boolValue":${value}}`;
  return Number.isSafeInteger(value)
    ? `{"intValue":"${value}"}`
    : `{"doubleValue":${numberText(value)}}`;
}

/** A moment in nanoseconds since the Unix epoch, in decimal. */
function nanosecondsText(seconds: number): string {
  const whole = Math.floor(seconds);
  const rest = Math.round((seconds - whole) * BILLION);
  return String(BigInt(whole) * BigInt(BILLION) + BigInt(rest));
}

/** "JSON Mapping" of Protocol Buffers. A negative zero stays one. */
function numberText(value: number): string {
  if (Number.isFinite(value))
    return Object.is(value, -0) ? '-0' : String(value);
  return `"${value}"`;
}
