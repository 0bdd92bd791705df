import type { OutgoingHttpHeaders } from 'node:http';
import type { Exchange } from '../exchange.js';

/** Why an {@link AccessPolicy} refuses requests: a label of `metrics_refusals_total`. */
export type RefusalReason =
  | 'address'
  | 'no_credentials'
  | 'wrong_credentials'
  | 'secret'
  | 'guard'
  | 'other';

/** How a request is refused. */
export interface Refusal {
  /** The status code of the answer. */
  readonly status: number;
  /** The body of the answer, as plain text. */
  readonly text: string;
  /** Further headers of the answer, e.g. `WWW-Authenticate`. Default: none. */
  readonly headers?: OutgoingHttpHeaders;
  /** The reason that the refusal is counted under. Default: `'other'`. */
  readonly reason?: RefusalReason;
}

/** Decides which requests are answered. */
export interface AccessPolicy {
  /** Called before the first request is received. If it rejects, the collector does not start. */
  prepare?(): Promise<void>;

  /**
   * Called for each request before it is answered. It may set headers of the response,
   * and does not answer.
   *
   * @returns how the request is refused; `undefined` to answer it.
   */
  check(exchange: Exchange): Promise<Refusal | undefined>;
}

/** Allows the requests that none of several policies refuses. */
export class AllOf implements AccessPolicy {
  constructor(private readonly policies: readonly AccessPolicy[]) {}

  async prepare(): Promise<void> {
    for (const policy of this.policies) await policy.prepare?.();
  }

  async check(exchange: Exchange): Promise<Refusal | undefined> {
    for (const policy of this.policies) {
      const refusal = await policy.check(exchange);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}
