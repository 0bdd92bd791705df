import {
  groupOf,
  option,
  type OptionTable,
  resolveOptions,
  rulesOf,
} from '../core/options.js';
import {
  AMOUNT,
  BOOLEAN,
  Check,
  integer,
  switchable,
} from '../core/validate.js';

/** What the page points out; `false` silences one kind. */
export interface FindingsOptions {
  /** Agents whose calls fail, in the last 5 minutes: a share of 5 %, and 5 calls. Default: `true`. */
  failing?: boolean | FailingOptions;
  /** Agents with a call in flight that runs for 60 seconds, and 3 times as long as p99. Default: `true`. */
  hanging?: boolean | HangingOptions;
  /** Agents that half of the cost is spent on. Default: `true`. */
  expensive?: boolean | ExpensiveOptions;
  /** Exporters without a success in 3 intervals. Default: `true`. */
  notDelivering?: boolean | NotDeliveringOptions;
  /** Health checks that are down. Default: `true`. */
  down?: boolean;
  /** Metrics that have more label sets than series. Default: `true`. */
  overflow?: boolean;
}

/** When an agent is failing: both must hold. */
export interface FailingOptions {
  /** The share of calls that fail, from 0 to 1. Default: `0.05`. */
  share?: number;
  /** How many calls fail. Default: 5. */
  calls?: number;
}

/** When an agent is hanging: both must hold. */
export interface HangingOptions {
  /** The age in seconds of its oldest call. Default: 60. */
  seconds?: number;
  /** How many times as long as its p99 that call takes. Default: 3. */
  times?: number;
}

/** When an agent is expensive. */
export interface ExpensiveOptions {
  /** Its share of the cost of all agents, from 0 to 1. Default: `0.5`. */
  share?: number;
}

/** When an exporter is not delivering. */
export interface NotDeliveringOptions {
  /** Intervals without a success. Default: 3. */
  intervals?: number;
}

const SHARE = new Check(
  'a number from 0 to 1',
  (value) => typeof value === 'number' && value >= 0 && value <= 1,
);

/** Rules and defaults of {@link FailingOptions}. */
export const FAILING_OPTIONS = {
  share: option(SHARE, 0.05),
  calls: option(integer(1, 1_000_000), 5),
} satisfies OptionTable<FailingOptions>;

/** Rules and defaults of {@link HangingOptions}. */
export const HANGING_OPTIONS = {
  seconds: option(AMOUNT, 60),
  times: option(AMOUNT, 3),
} satisfies OptionTable<HangingOptions>;

/** Rules and defaults of {@link ExpensiveOptions}. */
export const EXPENSIVE_OPTIONS = {
  share: option(SHARE, 0.5),
} satisfies OptionTable<ExpensiveOptions>;

/** Rules and defaults of {@link NotDeliveringOptions}. */
export const NOT_DELIVERING_OPTIONS = {
  intervals: option(integer(1, 1_000), 3),
} satisfies OptionTable<NotDeliveringOptions>;

/** Rules and defaults of {@link FindingsOptions}. */
export const FINDINGS_OPTIONS = {
  failing: option(switchable(rulesOf(FAILING_OPTIONS)), true),
  hanging: option(switchable(rulesOf(HANGING_OPTIONS)), true),
  expensive: option(switchable(rulesOf(EXPENSIVE_OPTIONS)), true),
  notDelivering: option(switchable(rulesOf(NOT_DELIVERING_OPTIONS)), true),
  down: option(BOOLEAN, true),
  overflow: option(BOOLEAN, true),
} satisfies OptionTable<FindingsOptions>;

/** {@link FindingsOptions}, resolved: `undefined` for what is silenced. */
export interface FindingsConfig {
  readonly failing: Readonly<Required<FailingOptions>> | undefined;
  readonly hanging: Readonly<Required<HangingOptions>> | undefined;
  readonly expensive: Readonly<Required<ExpensiveOptions>> | undefined;
  readonly notDelivering: Readonly<Required<NotDeliveringOptions>> | undefined;
  readonly down: boolean;
  readonly overflow: boolean;
}

export function resolveFindings(options: FindingsOptions): FindingsConfig {
  const all = resolveOptions(FINDINGS_OPTIONS, options);
  return {
    ...all,
    failing: limits(FAILING_OPTIONS, all.failing),
    hanging: limits(HANGING_OPTIONS, all.hanging),
    expensive: limits(EXPENSIVE_OPTIONS, all.expensive),
    notDelivering: limits(NOT_DELIVERING_OPTIONS, all.notDelivering),
  };
}

function limits<O extends object, T extends OptionTable<O>>(
  table: T,
  given: boolean | O,
) {
  const group = groupOf<O>(given);
  return group && resolveOptions<O, T>(table, group);
}
