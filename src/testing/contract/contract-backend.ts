/** A back end of the contract suite: a real server, or one that behaves like it. `httpBackend()` makes one for HTTP. */
export interface ContractBackend {
  /**
   * The total of a counter as the back end has it, by its exposed name: the last value that came, or
   * the sum of increases. 0 if nothing has come.
   */
  totalOf(metric: string): number | Promise<number>;
  /** Makes the server unreachable. What it has taken counts on. */
  stop(): void | Promise<void>;
  /** Makes it reachable again at the same address, and ends what `hang()` began. */
  start(): void | Promise<void>;
  /** Lets the server take connections and answer nothing until `start()`. Absent for protocols without answers, whose rules about them are left out. */
  hang?(): void | Promise<void>;
  /** `false` for datagrams: what is sent while the server is away may be lost unnoticed. Default: `true`. */
  readonly acknowledges?: boolean;
  /** Ends the server after the test. Default: `stop()`. */
  close?(): void | Promise<void>;
  /** What the exporter is given and must show nowhere, such as tokens. Default: none. */
  readonly secrets?: readonly string[];
}
