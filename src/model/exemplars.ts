import { type Instant, instant, secondsSince } from '../core/clock.js';
import { type SteadyTime, steadyTime } from '../core/wall-clock.js';

/** A recording with the trace that it was made in (OpenMetrics 1.0.0, "Exemplars"). */
export interface Exemplar {
  /** Its label pairs as a page has them, in the form of `bytesText()`. */
  readonly labels: string;
  readonly value: number;
  readonly timestamp: SteadyTime;
  /** When it was taken, in rounds of its source. */
  readonly round: number;
}

/** A span as OpenTelemetry tells of it. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Seconds between two rounds, at least. */
const ROUND = 1;

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

/** Samples exemplars: a series takes one per window, and a window starts when a page has shown those of the last. */
// Why: docs/decisions/recording.md, "A series takes one exemplar per window".
export class ExemplarSampler {
  /** 0 while none is taken. */
  private round = 0;
  private rounds = 0;
  private begun: Instant | undefined = undefined;

  /** @param activeSpan gives the span to name, if there is one. It may fail. */
  constructor(private readonly activeSpan: () => SpanIds | undefined) {}

  /** To be called when a page has shown what there is. */
  shown(): void {
    if (this.begun !== undefined && secondsSince(this.begun) < ROUND) return;
    this.begun = instant();
    this.round = ++this.rounds;
  }

  /** The exemplar that a series has after a recording: a new one, or what it had. Never throws. */
  next(previous: Exemplar | undefined, value: number): Exemplar | undefined {
    if (this.round === 0 || previous?.round === this.round) return previous;
    try {
      const span = this.activeSpan();
      return span === undefined ? previous : this.take(span, value);
    } catch {
      // Not again in this round: errors are slow.
      this.round = 0;
      return previous;
    }
  }

  /** Both ids are of fixed length, so that the limit of 128 characters is kept. */
  private take({ traceId, spanId }: SpanIds, value: number): Exemplar {
    if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) {
      throw new Error('The ids of the span are malformed');
    }
    return {
      labels: `trace_id="${traceId}",span_id="${spanId}"`,
      value,
      timestamp: steadyTime(),
      round: this.round,
    };
  }
}
