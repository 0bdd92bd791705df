import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import type { Resource } from '../resources.js';

/** Why an {@link AccessPolicy} turns requests away: a label of `metrics_refusals_total`. */
export type RefusalReason =
  | 'address'
  | 'no_credentials'
  | 'wrong_credentials'
  | 'secret'
  | 'guard'
  | 'other';

/** How a request is turned away. */
export interface Refusal {
  /** The status code of the answer. */
  readonly status: number;
  /** The body of the answer, as plain text. */
  readonly text: string;
  /** Further headers of the answer, e.g. `WWW-Authenticate`. Default: none. */
  readonly headers?: OutgoingHttpHeaders;
  /** What it is counted as. Default: `'other'`. */
  readonly reason?: RefusalReason;
}

/** Decides who may ask for what. */
export interface AccessPolicy {
  /** Called before requests are let in. If it rejects, the endpoint does not start. */
  prepare?(): Promise<void>;

  /**
   * Called for each request before it is answered.
   *
   * @param client the address that the request comes from, as far as proxies are trusted.
   * @param res where headers may be set; the answer itself is given by others.
   * @returns how the request is turned away; nothing if it may pass.
   */
  refusal(
    resource: Resource,
    req: IncomingMessage,
    client: string | undefined,
    res: ServerResponse,
  ): Promise<Refusal | undefined>;
}

/** Lets in who is turned away by none of several. */
export class AllOf implements AccessPolicy {
  constructor(private readonly all: readonly AccessPolicy[]) {}

  async prepare(): Promise<void> {
    for (const access of this.all) await access.prepare?.();
  }

  async refusal(
    ...request: Parameters<AccessPolicy['refusal']>
  ): Promise<Refusal | undefined> {
    for (const access of this.all) {
      const refusal = await access.refusal(...request);
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }
}
