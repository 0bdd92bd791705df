import type { Request } from '../data/requests.js';

/** What became of a request that was answered. */
export interface Answer {
  /** Whether the backend took the request. */
  readonly isAccepted: boolean;
  /** Points of a request that was taken which the backend did not take. */
  readonly rejected: number;
  /** Why it took none or not all; empty if it does not say. */
  readonly reason: string;
  /** What else the backend says; empty if it says nothing. */
  readonly warning: string;
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
