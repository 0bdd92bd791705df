import { type Instant, instant, secondsSince } from '../core/clock.js';
import { type SteadyTime, steadyTime } from '../core/wall-clock.js';

/** A recording with the trace that it was made in (OpenMetrics 1.0.0, "Exemplars"). */
export interface Exemplar {
  /** The label pairs as a page has them, in the form of `latin1OfUtf8()`. */
  readonly labels: string;
  readonly value: number;
  readonly timestamp: SteadyTime;
  /** The number of the sampler's window in which it was taken; 0 if no sampler took it. */
  readonly window: number;
}

/** The ids of an OpenTelemetry span. */
export interface SpanIds {
  readonly traceId: string;
  readonly spanId: string;
}

/** Seconds that a window lasts at least. */
const MIN_WINDOW = 1;

const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;

/**
 * Takes exemplars for series: one per series and window. A window starts when a page or
 * snapshot with exemplars was made, so that none are taken while no one reads them. A
 * series that has its exemplar does not read the clock.
 */
// Why: docs/decisions/recording.md, "A series takes one exemplar per window".
export class ExemplarSampler {
  /** The number of the sampling window; 0 while no window is open. */
  private window = 0;
  private windows = 0;
  private openedAt: Instant | undefined = undefined;

  /** @param activeSpan returns the span to name, if there is one. It may throw. */
  constructor(private readonly activeSpan: () => SpanIds | undefined) {}

  /** Starts the next window, unless the last one has just started. */
  startWindow(): void {
    const { openedAt } = this;
    if (openedAt !== undefined && secondsSince(openedAt) < MIN_WINDOW) return;
    this.openedAt = instant();
    this.window = ++this.windows;
  }

  /** The exemplar of a series after a recording: a new one, or the previous one. Never throws. */
  next(previous: Exemplar | undefined, value: number): Exemplar | undefined {
    if (this.window === 0 || previous?.window === this.window) return previous;
    try {
      const span = this.activeSpan();
      return span === undefined ? previous : this.take(span, value);
    } catch {
      // Closes the window: further errors would be slow.
      this.window = 0;
      return previous;
    }
  }

  /** Both ids have a fixed length, which keeps the limit of 128 characters. */
  private take({ traceId, spanId }: SpanIds, value: number): Exemplar {
    if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId)) {
      throw new Error('The ids of the span are malformed');
    }
    return {
      labels: `trace_id="${traceId}",span_id="${spanId}"`,
      value,
      timestamp: steadyTime(),
      window: this.window,
    };
  }
}
