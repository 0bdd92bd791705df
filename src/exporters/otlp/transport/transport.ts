import type { Request } from '../data/requests.js';

/** What became of a request that was answered. */
export interface Answer {
  /** Points that the backend did not take: some of the request, or all. */
  readonly rejected: number;
  /** Why; empty if it does not say. */
  readonly reason: string;
  /** Whether it took the rest. */
  readonly isAccepted: boolean;
}

/** Brings requests to a backend, one after the other. */
export interface Transport {
  /**
   * To be called before each export: reads what is kept elsewhere.
   *
   * @throws {OptionsError} naming the option that cannot be used.
   */
  prepare(): Promise<void>;

  /** @throws {ExportError} saying whether and when to try again. */
  send(request: Request, signal: AbortSignal): Promise<Answer>;

  close(): void;
}
