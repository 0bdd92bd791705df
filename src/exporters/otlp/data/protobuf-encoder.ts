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
import { ProtobufWriter } from './protobuf-writer.js';

/** The field of `Metric` that holds the data of a kind. */
const DATA = { gauge: 5, sum: 7, histogram: 9, summary: 11 };

const DELTA = 1;
const CUMULATIVE = 2;

/**
 * Writes an `ExportMetricsServiceRequest` of OTLP 1 in Protocol Buffers. Field numbers
 * are those of `opentelemetry/proto/metrics/v1/metrics.proto` and what it imports.
 * As the writer goes backwards, points stand in reverse order, which has no meaning.
 */
export class ProtobufEncoder implements RequestEncoder {
  readonly contentType = 'application/x-protobuf';
  private readonly out = new ProtobufWriter();
  private readonly resource: Uint8Array;
  private readonly scope: Uint8Array;
  private header: OtlpMetricHeader | undefined = undefined;
  private bounds: Uint8Array = new Uint8Array();
  private metricStart = 0;
  private dataStart = 0;

  constructor(resource: OtlpAttributes) {
    this.resource = written((out) => writeResource(out, resource));
    this.scope = written(writeScope);
  }

  get size(): number {
    return this.out.length;
  }

  beginMetric(header: OtlpMetricHeader): void {
    const { out } = this;
    this.bounds = written((scratch) => scratch.packedDoubles(7, header.bounds));
    this.header = header;
    this.metricStart = out.length;
    writeMetadata(out, header.type);
    this.dataStart = out.length;
    if (header.kind === 'sum') out.integer(3, 1);
    if (header.kind === 'sum' || header.kind === 'histogram') {
      out.integer(2, header.isDelta ? DELTA : CUMULATIVE);
    }
  }

  number(point: NumberPoint): void {
    const { out } = this;
    const start = out.length;
    writeAttributes(out, 7, point.attributes);
    for (const exemplar of point.exemplars) writeExemplar(out, 5, exemplar);
    out.double(4, point.value);
    this.endPoint(start, point);
  }

  histogram(point: HistogramPoint): void {
    const { out } = this;
    const start = out.length;
    writeAttributes(out, 9, point.attributes);
    for (const exemplar of point.exemplars) writeExemplar(out, 8, exemplar);
    out.copy(this.bounds);
    out.packedFixed64(6, point.counts);
    if (point.sum !== undefined) out.double(5, point.sum);
    out.fixed64(4, point.count);
    this.endPoint(start, point);
  }

  summary(point: SummaryPoint): void {
    const { out } = this;
    const start = out.length;
    writeAttributes(out, 7, point.attributes);
    for (const { quantile, value } of point.quantiles.toReversed()) {
      const { length } = out;
      out.double(2, value);
      out.double(1, quantile);
      out.message(6, length);
    }
    out.double(5, point.sum);
    out.fixed64(4, point.count);
    this.endPoint(start, point);
  }

  endMetric(): void {
    const { out } = this;
    const { kind, unit, description, name } = this.header!;
    out.message(DATA[kind], this.dataStart);
    if (unit !== '') out.string(3, unit);
    if (description !== '') out.string(2, description);
    out.string(1, name);
    out.message(2, this.metricStart);
  }

  end(): Buffer {
    const { out } = this;
    out.copy(this.scope);
    out.message(2, 0);
    out.copy(this.resource);
    out.message(1, 0);
    return out.written();
  }

  reset(): void {
    this.out.reset();
  }

  private endPoint(begin: number, { start, time }: Point): void {
    const { out } = this;
    out.time(3, time);
    if (start !== undefined) out.time(2, start);
    out.message(1, begin);
  }
}

function writeExemplar(
  out: ProtobufWriter,
  field: number,
  exemplar: ExemplarSnapshot,
): void {
  const { traceId, spanId, attributes } = exemplarFields(exemplar);
  const start = out.length;
  writeAttributes(out, 7, attributes);
  if (traceId !== undefined) writeId(out, 5, traceId);
  if (spanId !== undefined) writeId(out, 4, spanId);
  out.double(3, exemplar.value);
  out.time(2, exemplar.timestamp);
  out.message(field, start);
}

function writeId(out: ProtobufWriter, field: number, hex: string): void {
  const { length } = out;
  out.copy(Buffer.from(hex, 'hex'));
  out.message(field, length);
}

/** Writes `KeyValue`s. */
function writeAttributes(
  out: ProtobufWriter,
  field: number,
  attributes: OtlpAttributes,
): void {
  for (const name in attributes) {
    const start = out.length;
    writeAnyValue(out, attributes[name]!);
    out.message(2, start);
    out.string(1, name);
    out.message(field, start);
  }
}

function writeAnyValue(
  out: ProtobufWriter,
  value: OtlpAttributes[string],
): void {
  if (typeof value === 'string') out.string(1, value);
  else if (typeof value === 'boolean') out.integer(2, Number(value));
  else if (Number.isSafeInteger(value)) out.signed(3, value);
  else out.double(4, value);
}

/** "Metric Metadata" of "Prometheus and OpenMetrics Compatibility". */
function writeMetadata(out: ProtobufWriter, type: string): void {
  writeAttributes(out, 12, { 'prometheus.type': type });
}

function writeResource(out: ProtobufWriter, resource: OtlpAttributes): void {
  // Bytes are written from the end: the last one comes first.
  const reversed = Object.entries(resource).toReversed();
  writeAttributes(out, 1, Object.fromEntries(reversed));
  out.message(1, 0);
}

function writeScope(out: ProtobufWriter): void {
  out.string(2, VERSION);
  out.string(1, PACKAGE);
  out.message(1, 0);
}

/** A part that is the same in all requests. */
function written(write: (out: ProtobufWriter) => void): Uint8Array {
  const out = new ProtobufWriter();
  write(out);
  return Buffer.from(out.written());
}
