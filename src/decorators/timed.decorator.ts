import { AGENT_DESCRIPTORS } from '../instrumentation/calls/agent.descriptors.js';
import {
  type CallLabels,
  timedCalls,
} from '../instrumentation/calls/call-metrics.js';
import type { Labels } from '../model/labels.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import { namedOptions, TIMED_RULES } from './option-rules.js';

/** Options of `@Timed()`. */
export interface TimedOptions {
  /** Metric name, without namespace and subsystem. Default: `'agent_duration_seconds'`. */
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
  /** Upper bounds in seconds. Default: those of the module's `buckets` for this name, else 1 ms to 100 s. */
  buckets?: readonly number[];
}

/**
 * Times every call of a method, in seconds, until its work has ended, with the
 * labels `agent`, `method`, `status` and, if it failed, `error_type`.
 *
 * Examples: `@Timed() async run(prompt: string): Promise<string> { ... }` and
 * `@Timed({ name: 'lookup_duration_seconds', labels: ({ result }) => ({ found: result !== undefined }) })`.
 *
 * @param options the metric name, or options.
 * @throws {DecoratorError} unless it stands on a method of instances; naming an option that is unknown or not allowed.
 */
export function Timed(options: string | TimedOptions = {}) {
  return measuringDecorator('@Timed()', arguments, (method) => {
    const given = namedOptions(method, options, TIMED_RULES);
    const metric = timedCalls({
      ...given,
      name: given.name ?? AGENT_DESCRIPTORS.duration.name,
      summary: AGENT_DESCRIPTORS.duration.description,
    });
    return { metrics: [metric] };
  });
}
