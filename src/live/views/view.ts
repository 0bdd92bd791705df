import type { AnswerHead } from '../answers.js';
import type { FindingsConfig } from '../findings.options.js';
import type { ExporterState } from '../../exporters/pipeline/exporter-state.js';
import type { CheckReport } from '../../health/health-checks.js';
import type { MemberStatus } from '../../processes/process-group.js';
import type { Query } from '../query/query.js';

/** What is known beside the history. */
export interface Facts {
  /** None for views that do not show them: reading them runs the checks. */
  readonly checks: readonly CheckReport[];
  readonly exporters: readonly ExporterState[];
  /** None if the app does not share its metrics between processes. */
  readonly members: readonly MemberStatus[];
  /** Bytes that the history takes. */
  readonly historyBytes: number;
  /** How many series a metric may have; `undefined` if there is no bound. */
  readonly limitOf: (metric: string) => number | undefined;
}

/** The parameters of a request. */
export interface Parameters {
  /** Which agent or metric. */
  readonly name: string;
  /** Which series. */
  readonly filter: string;
}

/** What a view is made from. */
export interface ViewContext {
  readonly query: Query;
  readonly facts: Facts;
  readonly findings: FindingsConfig;
  readonly parameters: Parameters;
}

/** An answer without what all answers start with. */
export type Body<A extends AnswerHead> = Omit<A, keyof AnswerHead>;

/** Asks the query for what the view shows. The result makes the answer, once the query has run. */
export type View<A extends AnswerHead> = (
  context: ViewContext,
) => () => Body<A>;

/** Rows of an answer at most. */
export const MAX_ROWS = 500;

/** The busiest rows. */
export function busiest<R extends { readonly calls: number }>(
  rows: readonly R[],
): R[] {
  return [...rows].sort((a, b) => b.calls - a.calls).slice(0, MAX_ROWS);
}
