import {
  type CallLabels,
  timedCalls,
} from '../instrumentation/calls/call-metrics.js';
import {
  measureMethod,
  type MethodDescriptor,
} from '../instrumentation/measured-method.js';

export interface TimedOptions {
  /** Metric name, without namespace and subsystem. Default: `'agent_duration_seconds'`. */
  name?: string;
  /** The metric's help text. */
  description?: string;
  /** More labels: fixed, or computed when a call has ended. */
  labels?: CallLabels;
  /** Upper bounds in seconds. Default: those of the module's `buckets` for this name, else 1 ms to 100 s. */
  buckets?: readonly number[];
}

/**
 * Times every call of a method, in seconds, until its work has ended, with the
 * labels `agent`, `method`, `status` and, if it failed, `error_type`.
 *
 * @param options a metric name, or more.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @Timed()
 * async run(prompt: string): Promise<string> { ... }
 *
 * @example
 * @Timed({ name: 'lookup_duration_seconds', labels: ({ result }) => ({ found: result !== undefined }) })
 * lookup(key: string): Passage | undefined { ... }
 */
export function Timed(options: string | TimedOptions = {}) {
  const given = typeof options === 'string' ? { name: options } : options;
  const metric = timedCalls({
    ...given,
    name: given.name ?? 'agent_duration_seconds',
    description: given.description ?? 'Duration of agent calls in seconds.',
  });
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void => measureMethod(prototype, key, descriptor, { metrics: [metric] });
}
