/** An exporter as it is now. */
export interface ExporterState {
  readonly name: string;
  /** Events that wait to be delivered. */
  readonly queued: number;
  /** Unix time in seconds; `undefined` without a success. */
  readonly lastSuccess: number | undefined;
  /** Milliseconds between two deliveries; `undefined` if it delivers events as they come. */
  readonly interval: number | undefined;
  /** Why the last delivery failed, without credentials; `undefined` if it succeeded. */
  readonly failure: string | undefined;
}
