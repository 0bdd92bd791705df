import {
  type CallLabels,
  countedItems,
  timedFirstItems,
} from '../instrumentation/calls/call-metrics.js';
import {
  measureMethod,
  type MethodDescriptor,
} from '../instrumentation/measured-method.js';

export interface StreamedOptions {
  /**
   * What the names of the metrics begin with, without namespace and subsystem:
   * `<name>_time_to_first_item_seconds` and `<name>_items_total`. Default: `'agent'`.
   */
  name?: string;
  /** More labels: fixed, or computed when a stream has ended. */
  labels?: CallLabels;
  /** Upper bounds in seconds, of the time to the first item. Default: those of the module's `buckets` for its name, else 1 ms to 100 s. */
  buckets?: readonly number[];
}

/**
 * Measures what a method streams, as an Observable or an iterator: the seconds
 * until the first item came, and how many came, with the labels `agent`, `method`,
 * `status` (`cancelled` if the consumer left before the end) and, if it failed,
 * `error_type`. The time that the consumer takes is not the stream's.
 *
 * It goes along with `@Timed` and `@Counted`, which record the whole stream.
 *
 * @param options what the names begin with, or more.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @Streamed()
 * @Timed()
 * async *answer(prompt: string): AsyncGenerator<string> { ... }
 */
export function Streamed(options: string | StreamedOptions = {}) {
  const given: StreamedOptions =
    typeof options === 'string' ? { name: options } : options;
  const { name = 'agent', labels, buckets } = given;
  const metrics = [
    timedFirstItems({
      name: `${name}_time_to_first_item_seconds`,
      description: 'Time until the first item of a stream in seconds.',
      labels,
      buckets,
    }),
    countedItems({
      name: `${name}_items_total`,
      description: 'Items that streams gave.',
      labels,
    }),
  ];
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void => measureMethod(prototype, key, descriptor, { metrics });
}
