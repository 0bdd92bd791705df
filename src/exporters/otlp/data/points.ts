import type { ExemplarSnapshot } from '../../snapshot.js';
import type { OtlpAttributes } from '../config/otlp.options.js';

/** What all series of a metric have in common, in the terms of OTLP (`opentelemetry/proto/metrics/v1/metrics.proto`). */
export interface OtlpMetricHeader {
  readonly kind: 'sum' | 'gauge' | 'histogram' | 'summary';
  readonly name: string;
  readonly description: string;
  /** The unit as a code of UCUM (Unified Code for Units of Measure); empty for a metric without a unit. */
  readonly unit: string;
  /** The type of the metric in Prometheus. */
  readonly type: string;
  readonly isDelta: boolean;
  /** The upper bounds of the buckets of a histogram; empty for other types. */
  readonly bounds: readonly number[];
}

/** What all data points have. Times are in seconds since the Unix epoch. */
export interface Point {
  readonly attributes: OtlpAttributes;
  /** `undefined` for gauges. */
  readonly start: number | undefined;
  readonly time: number;
}

/** A `NumberDataPoint`. */
export interface NumberPoint extends Point {
  readonly value: number;
  readonly exemplars: readonly ExemplarSnapshot[];
}

/** A `HistogramDataPoint`. */
export interface HistogramPoint extends Point {
  readonly counts: readonly number[];
  readonly count: number;
  /** `undefined` if the sum may go down. */
  readonly sum: number | undefined;
  readonly exemplars: readonly ExemplarSnapshot[];
}

/** A `SummaryDataPoint`. */
export interface SummaryPoint extends Point {
  readonly quantiles: readonly {
    readonly quantile: number;
    readonly value: number;
  }[];
  readonly count: number;
  readonly sum: number;
}

/** Takes the points of a metric. */
export interface PointSink {
  number(point: NumberPoint): void;
  histogram(point: HistogramPoint): void;
  summary(point: SummaryPoint): void;
}

/** Writes requests, one after the other: each metric is begun, gets its points, and is ended. */
export interface RequestEncoder extends PointSink {
  readonly contentType: string;
  /** About how many bytes the request has so far. */
  readonly size: number;
  beginMetric(header: OtlpMetricHeader): void;
  endMetric(): void;
  /** Ends the request. The bytes are valid until the next one begins. */
  end(): Buffer;
  /** Begins a new request. */
  reset(): void;
}

const HEX_16_BYTES = /^[0-9a-f]{32}$/i;
const HEX_8_BYTES = /^[0-9a-f]{16}$/i;

/** The ids of an exemplar, in hexadecimal, and its other labels. A value that is not an id stays a label. */
export function exemplarFields({ labels }: ExemplarSnapshot): {
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
} {
  const { trace_id: trace, span_id: span, ...others } = labels;
  const traceId = matching(trace, HEX_16_BYTES);
  const spanId = matching(span, HEX_8_BYTES);
  const attributes = {
    ...others,
    ...(trace !== undefined && traceId === undefined && { trace_id: trace }),
    ...(span !== undefined && spanId === undefined && { span_id: span }),
  };
  return { traceId, spanId, attributes };
}

function matching(id: string | undefined, pattern: RegExp): string | undefined {
  return id !== undefined && pattern.test(id) ? id.toLowerCase() : undefined;
}
