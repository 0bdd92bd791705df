import { AGENT_DESCRIPTORS } from '../instrumentation/calls/agent.descriptors.js';
import {
  type CallLabels,
  countedCalls,
} from '../instrumentation/calls/call-metrics.js';
import type { Labels } from '../model/labels.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import { COUNTED_RULES, namedOptions } from './option-rules.js';

/** Options of `@Counted()`. */
export interface CountedOptions {
  /** Metric name, without namespace and subsystem. Default: `'agent_executions_total'`. */
  name?: string;
  /** The metric's help text. */
  description?: string;
  /** More labels: fixed, or computed when a call has ended. */
  labels?: CallLabels;
  /**
   * For labels that calls give: the values whose series exist from the start of the app, with 0
   * and each outcome. Default: none where calls give labels, else one for each outcome.
   */
  initialLabels?: readonly Labels[];
  /** Count failed calls only. Default: `false`. */
  recordFailuresOnly?: boolean;
}

/**
 * Counts every call of a method once its work has ended, with the labels `agent`,
 * `method`, `status` and, if it failed, `error_type`.
 *
 * Example: `@Counted() async run(prompt: string): Promise<string> { ... }`.
 *
 * @param options the metric name, or options.
 * @throws {DecoratorError} unless it stands on a method of instances; naming an option that is unknown or not allowed.
 */
export function Counted(options: string | CountedOptions = {}) {
  return measuringDecorator('@Counted()', arguments, (method) => {
    const given = namedOptions(method, options, COUNTED_RULES);
    const { name, recordFailuresOnly, ...others } = given;
    const metric = countedCalls({
      ...others,
      name: name ?? AGENT_DESCRIPTORS.executions.name,
      summary: AGENT_DESCRIPTORS.executions.description,
      failuresOnly: recordFailuresOnly,
    });
    return { metrics: [metric] };
  });
}
