/** The limits that alerts fire beyond and that panels draw. */
export interface Thresholds {
  /** The share of an agent's calls that should succeed. */
  readonly objective: number;
  /** Seconds within which 95 % of the calls of an agent should end. */
  readonly latency: number;
  /** Seconds within which 95 % of the streams of a model should begin. */
  readonly firstToken: number;
  /** What a day may cost, in the currency of the prices. */
  readonly dailyCost: number;
  /** Seconds after which a running call or inference counts as hanging. */
  readonly hanging: number;
}

/** Limits that suit many apps; `npx nestjs-agent-metrics rules` takes others. */
export const DEFAULT_THRESHOLDS: Thresholds = {
  objective: 0.99,
  latency: 30,
  firstToken: 5,
  dailyCost: 100,
  hanging: 300,
};

/** The share of failed calls or requests that panels mark. */
export const FAILED_SHARE = 0.1;
