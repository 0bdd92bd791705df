import type { MetricsSnapshot } from '../../snapshot.js';
import type { TimeSlice } from '../../../core/event-loop-yielder.js';
import { type MetricPoints, metricPoints } from './metric-points.js';
import type { PointContext } from './point-context.js';
import type {
  HistogramPoint,
  NumberPoint,
  PointSink,
  RequestEncoder,
  SummaryPoint,
} from './points.js';

/**
 * Bytes after which a request ends: below the limits of servers and proxies, of which
 * 1 MB is the lowest that is usual, and little enough to be given to the socket in one go.
 */
const REQUEST_SIZE = 256 * 1024;

/** Points that are written between two looks at the clock; the first ones of a process take long. */
const POINTS_AT_ONCE = 16;

/** A part of a snapshot, to be sent in one request. */
export interface Request {
  /** They hold until the next request is asked for. */
  readonly body: Buffer;
  readonly contentType: string;
  /** How many points are in it. */
  readonly points: number;
  /** The backend has what is in it. */
  acknowledge(): void;
}

/** Writes a snapshot as requests, a millisecond at a time, and sending has a turn of its own. None is without points. */
export async function* requestsOf(
  { metrics }: MetricsSnapshot,
  context: PointContext,
  encoder: RequestEncoder,
  slice: TimeSlice,
): AsyncGenerator<Request, void> {
  const draft = new Draft(encoder);
  let written = 0;
  for (const snapshot of metrics) {
    const metric = metricPoints(snapshot, context, draft);
    draft.begin(metric, 0);
    for (let index = 0; index < metric.length; index++) {
      metric.write(index);
      if (encoder.size >= REQUEST_SIZE) {
        const request = draft.end(index + 1);
        await slice.next();
        yield request;
        draft.begin(metric, index + 1);
      }
      if (++written % POINTS_AT_ONCE === 0 && slice.isUsedUp())
        await slice.next();
    }
    draft.endMetric(metric.length);
  }
  const last = draft.end();
  if (last.points > 0) yield last;
  else last.acknowledge();
}

/** A run of series of one metric. */
interface Run {
  readonly metric: MetricPoints;
  readonly from: number;
  readonly to: number;
}

/** The request that is being written. Metrics without points are not in it. */
class Draft implements PointSink {
  private runs: Run[] = [];
  private points = 0;
  private metric: MetricPoints | undefined = undefined;
  private from = 0;
  private isBegun = false;

  constructor(private readonly encoder: RequestEncoder) {
    encoder.reset();
  }

  begin(metric: MetricPoints, from: number): void {
    if (this.runs.length === 0 && this.points === 0) this.encoder.reset();
    this.metric = metric;
    this.from = from;
    this.isBegun = false;
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

  /** @param to the series before which the metric is left. */
  endMetric(to: number): void {
    const { metric, from } = this;
    if (this.isBegun) this.encoder.endMetric();
    if (metric !== undefined && to > from) this.runs.push({ metric, from, to });
    this.metric = undefined;
    this.isBegun = false;
  }

  /** @param to where a metric that goes on in the next request is left. */
  end(to?: number): Request {
    if (to !== undefined) this.endMetric(to);
    const { encoder, points, runs } = this;
    this.runs = [];
    this.points = 0;
    return {
      body: encoder.end(),
      contentType: encoder.contentType,
      points,
      acknowledge: () => {
        for (const { metric, from, to: end } of runs) {
          metric.acknowledge(from, end);
        }
      },
    };
  }

  private beginPoint(): void {
    this.points++;
    if (this.isBegun) return;
    this.isBegun = true;
    this.encoder.beginMetric(this.metric!.terms);
  }
}
