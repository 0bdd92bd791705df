import { ExemplarSource } from '../model/exemplars.js';

/** The bit of the trace flags that says that a trace is kept (W3C Trace Context, "Sampled flag"). */
const SAMPLED = 1;

/**
 * Exemplars that name the active OpenTelemetry span, if it is sampled: who looks for
 * a trace that was not kept finds nothing.
 *
 * @param onError hears of an OpenTelemetry API that is installed and does not load.
 * @returns `undefined` if there is no OpenTelemetry.
 */
export async function traceExemplars(
  onError: (error: unknown) => void,
): Promise<ExemplarSource | undefined> {
  try {
    const { trace } = await import('@opentelemetry/api');
    return new ExemplarSource(() => {
      const span = trace.getActiveSpan()?.spanContext();
      return span !== undefined && (span.traceFlags & SAMPLED) !== 0
        ? span
        : undefined;
    });
  } catch (error) {
    if (!isNotInstalled(error)) onError(error);
    return undefined;
  }
}

function isNotInstalled(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND';
}
