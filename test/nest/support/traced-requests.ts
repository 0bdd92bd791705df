import { createRequire, syncBuiltinESMExports } from 'node:module';
import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { onTestFinished } from 'vitest';

const http = new HttpInstrumentation({
  disableIncomingRequestInstrumentation: true,
});
const undici = new UndiciInstrumentation();
// The instrumentation patches the module when it is first required; then its importers get the patched exports.
createRequire(import.meta.url)('node:http');
syncBuiltinESMExports();

/** Has OpenTelemetry trace the HTTP requests of the process until the test ends. Gives the names of the spans so far. */
export function traceRequests(): () => string[] {
  const spans = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(spans)],
  });
  context.setGlobalContextManager(
    new AsyncLocalStorageContextManager().enable(),
  );
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
  for (const one of [http, undici]) one.setTracerProvider(provider);
  onTestFinished(() => {
    context.disable();
    propagation.disable();
    trace.disable();
  });
  return () => spans.getFinishedSpans().map(({ name }) => name);
}
