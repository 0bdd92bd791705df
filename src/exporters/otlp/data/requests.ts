import type { MetricsSnapshot } from '../../snapshot.js';
import type { TimeSlice } from '../../../core/event-loop-yielder.js';
import type { ExportState } from './export-state.js';
import { type MetricPoints, metricPoints } from './metric-points.js';
import type {
  HistogramPoint,
  NumberPoint,
  PointSink,
  RequestEncoder,
  SummaryPoint,
} from './points.js';

/**
 * Bytes after which a request ends: below the limits of servers and proxies, of which
 * 1 MB is the lowest usual one, and little enough to hand to the socket at once.
 */
const REQUEST_SIZE = 256 * 1024;

/** Points that are written between two looks at the clock; the first ones of a process take long. */
const POINTS_PER_CLOCK_READ = 16;

/** A part of a snapshot, to be sent in one request. */
export interface OtlpRequest {
  /** Valid until the next request is asked for. */
  readonly body: Buffer;
  readonly contentType: string;
  /** How many points are in the request. */
  readonly points: number;
  /** Takes note that the backend has received the request. */
  acknowledge(): void;
}

/** Writes a snapshot as requests, a millisecond at a time; sending has a time slice of its own. No request is without points. */
export async function* requestsOf(
  { metrics }: MetricsSnapshot,
  state: ExportState,
  encoder: RequestEncoder,
  slice: TimeSlice,
): AsyncGenerator<OtlpRequest, void> {
  const builder = new RequestBuilder(encoder);
  let written = 0;
  for (const snapshot of metrics) {
    const metric = metricPoints(snapshot, state, builder);
    builder.beginMetric(metric, 0);
    for (let index = 0; index < metric.length; index++) {
      metric.write(index);
      if (encoder.size >= REQUEST_SIZE) {
        builder.endMetric(index + 1);
        const request = builder.end();
        await slice.yield();
        yield request;
        builder.beginMetric(metric, index + 1);
      }
      if (++written % POINTS_PER_CLOCK_READ === 0 && slice.isUsedUp())
        await slice.yield();
    }
    builder.endMetric(metric.length);
  }
  const last = builder.end();
  if (last.points > 0) yield last;
  else last.acknowledge();
}

/** Some successive series of one metric. */
interface SeriesRange {
  readonly metric: MetricPoints;
  readonly from: number;
  readonly to: number;
}

/** Builds one request after the other. Metrics without points are left out. */
class RequestBuilder implements PointSink {
  private ranges: SeriesRange[] = [];
  private points = 0;
  private metric: MetricPoints | undefined = undefined;
  private from = 0;
  private hasPoints = false;

  constructor(private readonly encoder: RequestEncoder) {
    encoder.reset();
  }

  /** @param from the first series that goes into this request. */
  beginMetric(metric: MetricPoints, from: number): void {
    if (this.ranges.length === 0 && this.points === 0) this.encoder.reset();
    this.metric = metric;
    this.from = from;
    this.hasPoints = false;
  }

  number(point: NumberPoint): void {
    this.beginPoint();
    this.encoder.number(point);
  }

  histogram(point: HistogramPoint): void {
    this.beginPoint();
    this.encoder.histogram(point);
  }

  summary(point: SummaryPoint): void {
    this.beginPoint();
    this.encoder.summary(point);
  }

  /** @param to the first series that goes into a later request. */
  endMetric(to: number): void {
    const { metric, from } = this;
    if (this.hasPoints) this.encoder.endMetric();
    if (metric !== undefined && to > from) {
      this.ranges.push({ metric, from, to });
    }
    this.metric = undefined;
    this.hasPoints = false;
  }

  end(): OtlpRequest {
    const { encoder, points, ranges } = this;
    this.ranges = [];
    this.points = 0;
    return {
      body: encoder.end(),
      contentType: encoder.contentType,
      points,
      acknowledge: () => {
        for (const { metric, from, to } of ranges) metric.acknowledge(from, to);
      },
    };
  }

  private beginPoint(): void {
    this.points++;
    if (this.hasPoints) return;
    this.hasPoints = true;
    this.encoder.beginMetric(this.metric!.header);
  }
}
