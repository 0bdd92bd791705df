import {
  measureMethod,
  type MethodDescriptor,
} from '../instrumentation/measured-method.js';
import type { Labels } from '../model/labels.js';

export interface InFlightOptions {
  /**
   * Name of the gauge of running calls, without namespace and subsystem. The age
   * of the oldest one is in `<name>_oldest_seconds`. Default: `'agent_in_flight'`.
   */
  name?: string;
  /** The help text of the gauge of running calls. */
  description?: string;
  /** More labels. */
  labels?: Labels;
}

/**
 * Shows how many calls of a method run now, and for how many seconds the oldest
 * one has, with the labels `agent` and `method`: an agent that hangs is in no
 * other metric. A stream runs while it is consumed.
 *
 * @param options a metric name, or more.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @InFlight()
 * async run(prompt: string): Promise<string> { ... }
 */
export function InFlight(options: string | InFlightOptions = {}) {
  const given: InFlightOptions =
    typeof options === 'string' ? { name: options } : options;
  const inFlight = {
    name: given.name ?? 'agent_in_flight',
    description: given.description ?? 'Agent calls that run now.',
    labels: given.labels,
  };
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void => measureMethod(prototype, key, descriptor, { inFlight });
}
