import { AsyncLocalStorage } from 'node:async_hooks';
import { loadOpenTelemetry } from '../../core/peers.js';
import { processWide, PROTOCOL } from '../../core/shared-state.js';

/** State that all copies of the package share: exporters on one side, measured requests on the other. */
interface ExporterWork {
  readonly storage: AsyncLocalStorage<true>;
  /** How many `httpClient`s measure requests now. */
  watchers: number;
  /** How many calls of exporters are running. */
  running: number;
}

const work = processWide<ExporterWork>(
  `nestjs-agent-metrics@${PROTOCOL}:exporter-work`,
  () => ({ storage: new AsyncLocalStorage(), watchers: 0, running: 0 }),
);

/** The key of `suppressTracing()` of `@opentelemetry/core`. */
const SUPPRESS_TRACING = 'OpenTelemetry SDK Context Key SUPPRESS_TRACING';

/**
 * Runs exporters: their requests make no spans, carry no trace context, and are not
 * measured as the app's own. So no export causes data for the next export.
 */
export class ExporterContext {
  private api: Awaited<ReturnType<typeof loadOpenTelemetry>> | undefined =
    undefined;

  /** Loads OpenTelemetry's API, if the app has it. Before that, the requests of exporters make spans as any request does. */
  async prepare(): Promise<void> {
    this.api ??= await loadOpenTelemetry().catch(() => undefined);
  }

  run<T>(call: () => T | Promise<T>): Promise<T> {
    return marked(() => this.suppressed(call));
  }

  private suppressed<T>(call: () => T): T {
    if (this.api === undefined) return call();
    const { context, createContextKey } = this.api;
    const key = createContextKey(SUPPRESS_TRACING);
    return context.with(context.active().setValue(key, true), call);
  }
}

/** Whether the caller runs in the {@link ExporterContext}. Valid only between {@link watchExporters} and its end. */
export function isExporterWork(): boolean {
  return work.storage.getStore() === true;
}

/** Lets {@link isExporterWork} work until the returned function is called. */
export function watchExporters(): () => void {
  work.watchers++;
  return () => void work.watchers--;
}

/** Uses the storage only if requests are measured, and only while exporters work. */
// Why: docs/decisions/exporters.md, "Exporters run in a context of their own".
async function marked<T>(call: () => T | Promise<T>): Promise<T> {
  if (work.watchers === 0) return call();
  work.running++;
  try {
    return await work.storage.run(true, call);
  } finally {
    if (--work.running === 0) work.storage.disable();
  }
}
