import { isExporterWork } from '../../exporters/pipeline/exporter-context.js';
import { instant, secondsSince } from '../../core/clock.js';
import { errorType } from '../error-type.js';
import type { HostNames } from './host-names.js';
import { methodLabel } from '../http-terms.js';
import type { RequestDurations } from './request-durations.js';

/** How to read the requests of one client. */
export interface RequestReader<R extends object> {
  methodOf(request: R): string;
  /** Scheme, host and port that it goes to. */
  originOf(request: R): string;
}

/** A request on its way. */
class Exchange {
  readonly start = instant();
  status: number | undefined = undefined;
  ended = false;
}

/**
 * Follows the requests of one client from their beginning to their end, and
 * records each of them once. Those that began before are not known.
 */
export class OutgoingRequests<R extends object> {
  /** `undefined` for those of exporters, which are not the app's. */
  private readonly exchanges = new WeakMap<R, Exchange | undefined>();

  constructor(
    private readonly reader: RequestReader<R>,
    private readonly hosts: HostNames,
    private readonly durations: RequestDurations,
  ) {}

  begin(request: R): void {
    if (!this.exchanges.has(request)) {
      const exchange = isExporterWork() ? undefined : new Exchange();
      this.exchanges.set(request, exchange);
    }
  }

  /** The last status counts: informational ones come before it. */
  answer(request: R, status: number): void {
    const exchange = this.exchanges.get(request);
    if (exchange !== undefined) exchange.status = status;
  }

  succeed(request: R): void {
    this.end(request, undefined);
  }

  fail(request: R, error: unknown): void {
    this.end(request, failureType(error));
  }

  private end(request: R, failure: string | undefined): void {
    const exchange = this.exchanges.get(request);
    if (exchange === undefined || exchange.ended) return;
    exchange.ended = true;
    const seconds = secondsSince(exchange.start);
    const labels = {
      method: methodLabel(this.reader.methodOf(request)),
      host: this.hosts.nameOf(this.reader.originOf(request)),
      status_code: exchange.status,
    };
    this.durations.record(labels, failure, seconds);
  }
}

/** As codes of Node, undici and OpenSSL are written, e.g. ECONNREFUSED. */
const CODE = /^[A-Z][A-Z0-9_]*$/;

/** The code of an error if it has one, else its name. What is no error was given to an `AbortController`. */
function failureType(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'AbortError';
    const { name, cause, code } = error as Error & { code?: unknown };
    if (name === 'AbortError') {
      // How clients of node:http say that an `AbortSignal.timeout()` is over.
      const isTimeout = cause instanceof Error && cause.name === 'TimeoutError';
      return isTimeout ? cause.name : name;
    }
    if (typeof code === 'string' && CODE.test(code)) return code;
  } catch {
    // An error that does not let itself be looked at has a type all the same.
  }
  return errorType(error);
}
