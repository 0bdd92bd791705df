import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
} from '@opentelemetry/sdk-trace-base';
import { onTestFinished } from 'vitest';

/** The ids of a span, as an exemplar has them. */
export interface SpanLabels {
  trace_id: string;
  span_id: string;
}

/** What runs code in spans. */
export interface Tracing {
  /** Runs `work` in a span; gives what it gives, and the span's ids. */
  inSpan<T>(work: () => T): { result: T; labels: SpanLabels };
  /** The same in a span that is not sampled. */
  inUnsampledSpan(work: () => void): void;
}

/** OpenTelemetry, as an app sets it up for its process, until the test ends. */
export function startTracing(): Tracing {
  const manager = new AsyncLocalStorageContextManager().enable();
  context.setGlobalContextManager(manager);
  onTestFinished(() => context.disable());
  const tracerOf = (sampler: AlwaysOnSampler | AlwaysOffSampler) =>
    new BasicTracerProvider({ sampler }).getTracer('test');
  const sampled = tracerOf(new AlwaysOnSampler());
  const unsampled = tracerOf(new AlwaysOffSampler());
  return {
    inSpan: (work) =>
      sampled.startActiveSpan('work', (span) => {
        const { traceId, spanId } = span.spanContext();
        const labels = { trace_id: traceId, span_id: spanId };
        return { result: work(), labels };
      }),
    inUnsampledSpan: (work) => unsampled.startActiveSpan('work', () => work()),
  };
}
