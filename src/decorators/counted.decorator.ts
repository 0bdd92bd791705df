import {
  type CallLabels,
  countedCalls,
} from '../instrumentation/calls/call-metrics.js';
import {
  measureMethod,
  type MethodDescriptor,
} from '../instrumentation/measured-method.js';

export interface CountedOptions {
  /** Metric name, without namespace and subsystem. Default: `'agent_executions_total'`. */
  name?: string;
  /** The metric's help text. */
  description?: string;
  /** More labels: fixed, or computed when a call has ended. */
  labels?: CallLabels;
  /** Count failed calls only. Default: `false`. */
  recordFailuresOnly?: boolean;
}

/**
 * Counts every call of a method once its work has ended, with the labels `agent`,
 * `method`, `status` and, if it failed, `error_type`.
 *
 * @param options a metric name, or more.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @Counted()
 * async run(prompt: string): Promise<string> { ... }
 */
export function Counted(options: string | CountedOptions = {}) {
  const { recordFailuresOnly, ...given } =
    typeof options === 'string'
      ? ({ name: options } as CountedOptions)
      : options;
  const metric = countedCalls({
    ...given,
    name: given.name ?? 'agent_executions_total',
    description: given.description ?? 'Agent calls by outcome.',
    failuresOnly: recordFailuresOnly,
  });
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void => measureMethod(prototype, key, descriptor, { metrics: [metric] });
}
