import type { ErrorReporter } from '../core/catch-and-report.js';
import { ExemplarSampler, type SpanIds } from '../model/exemplars.js';
import { loadOpenTelemetry, type PeerError } from '../core/peers.js';

type OpenTelemetry = Awaited<ReturnType<typeof loadOpenTelemetry>>;

/** The bit of the trace flags that says that a trace is kept (W3C Trace Context, "Sampled flag"). */
const SAMPLED = 1;

/** The metrics whose recordings are sampled. */
interface SampledRecordings {
  setExemplarSampler(sampler: ExemplarSampler | undefined): void;
}

/**
 * Lets recordings name the OpenTelemetry span that they are made in, as long as
 * somebody reads exemplars and the app is traced. The API alone says nothing:
 * prom-client has it installed in every app.
 */
export class TraceExemplars {
  private api: OpenTelemetry | undefined = undefined;
  private readonly sampler = new ExemplarSampler(() => this.activeSpan());
  private isSampling = false;

  constructor(
    private readonly recordings: SampledRecordings,
    private readonly errors: ErrorReporter,
  ) {}

  /**
   * Starts to look for traces. Reports an API that is installed and does not load.
   *
   * @returns a function that ends that.
   */
  async start(): Promise<() => void> {
    try {
      this.api = await loadOpenTelemetry();
    } catch (error) {
      if (!(error as PeerError).isNotInstalled) {
        this.errors.reportError('exemplars', error);
      }
    }
    return () => {
      this.api = undefined;
      this.startWindow();
    };
  }

  /** Lets each series take another exemplar, once a page has shown the present ones. Never throws. */
  startWindow(): void {
    const isTraced = this.isTraced();
    if (isTraced !== this.isSampling) {
      this.recordings.setExemplarSampler(isTraced ? this.sampler : undefined);
    }
    this.isSampling = isTraced;
    if (isTraced) this.sampler.startWindow();
  }

  /** Whether spans can be active at all: somebody has to carry the context along. */
  private isTraced(): boolean {
    if (this.api === undefined) return false;
    const { context, createContextKey, ROOT_CONTEXT } = this.api;
    try {
      const key = createContextKey('nestjs-agent-metrics');
      const probe = ROOT_CONTEXT.setValue(key, true);
      return context.with(probe, () => context.active().getValue(key) === true);
    } catch {
      return false;
    }
  }

  /** The active span, if its trace is sampled: a trace that is not sampled is not kept, and could not be found later. */
  private activeSpan(): SpanIds | undefined {
    const span = this.api?.trace.getActiveSpan()?.spanContext();
    return span !== undefined && (span.traceFlags & SAMPLED) !== 0
      ? span
      : undefined;
  }
}
