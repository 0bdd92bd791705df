import { AGENT_DESCRIPTORS } from '../instrumentation/calls/agent.descriptors.js';
import {
  type CallLabels,
  type CallMetric,
  countedItems,
  timedFirstItems,
} from '../instrumentation/calls/call-metrics.js';
import type { Labels } from '../model/labels.js';
import type { MetricDescriptor } from '../model/metric-descriptor.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import { namedOptions, STREAMED_RULES } from './option-rules.js';

/** Options of `@Streamed()`. */
export interface StreamedOptions {
  /**
   * The beginning of the metric names, without namespace and subsystem:
   * `<name>_time_to_first_item_seconds` and `<name>_items_total`. Default: `'agent'`.
   */
  name?: string;
  /** More labels: fixed, or computed when a stream has ended. */
  labels?: CallLabels;
  /**
   * For labels that calls give: the values whose series exist from the start of the app, with 0
   * and each outcome. Default: none where calls give labels, else one for each outcome.
   */
  initialLabels?: readonly Labels[];
  /** Upper bounds in seconds, of the time to the first item. Default: those of the module's `buckets` for its name, else 1 ms to 100 s. */
  buckets?: readonly number[];
}

/**
 * Measures the stream that a method returns, an Observable or an iterator: the seconds
 * until the first item, and the number of items, with the labels `agent`, `method`,
 * `status` (`cancelled` if the consumer left before the end) and, if it failed,
 * `error_type`. The consumer's own time does not count.
 *
 * Combine it with `@Timed` and `@Counted`, which record the whole stream.
 *
 * Example: `@Streamed() async *answer(prompt: string): AsyncGenerator<string> { ... }`.
 *
 * @param options the beginning of the metric names, or options.
 * @throws {DecoratorError} unless it stands on a method of instances; naming an option that is unknown or not allowed.
 */
export function Streamed(options: string | StreamedOptions = {}) {
  return measuringDecorator('@Streamed()', arguments, (method) => {
    const given = namedOptions(method, options, STREAMED_RULES);
    return { metrics: metricsOfStreams(given) };
  });
}

function metricsOfStreams(options: StreamedOptions): CallMetric[] {
  const { name = 'agent', labels, initialLabels, buckets } = options;
  const { firstItem, items } = AGENT_DESCRIPTORS;
  const nameOf = (metric: MetricDescriptor) =>
    metric.name.replace(/^agent/, () => name);
  return [
    timedFirstItems({
      name: nameOf(firstItem),
      summary: firstItem.description,
      labels,
      initialLabels,
      buckets,
    }),
    countedItems({
      name: nameOf(items),
      summary: items.description,
      labels,
      initialLabels,
    }),
  ];
}
