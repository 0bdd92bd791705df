import type { Expression } from '../promql.js';
import { FAILED_SHARE } from '../thresholds.js';
import { type Drawing, type PanelText, stat, timeSeries } from './panels.js';

/** What a panel of failures shows. Default of the limits: red from {@link FAILED_SHARE} on. */
type FailureText = Omit<PanelText, 'unit'>;

/** The share of calls that failed, with a line for each of `legend`. */
export function failedLines(
  text: FailureText,
  share: Expression,
  legend: string,
  drawing?: Drawing,
) {
  return timeSeries(failureText(text), [[share, legend]], drawing);
}

/** The share of all calls that failed, in large figures. */
export function failedStat(
  text: FailureText,
  share: Expression,
  width?: number,
) {
  return stat(failureText(text), [share, ''], width);
}

function failureText(text: FailureText): PanelText {
  const limits = { critical: FAILED_SHARE };
  return { limits, ...text, unit: 'percentunit' };
}

/** The first figure of dashboards about agents. */
export function callsStat(rate: Expression) {
  const description = 'Calls of all agents per second.';
  return stat({ title: 'Calls', description, unit: 'ops' }, [rate, '']);
}
