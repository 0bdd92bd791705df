import { AGENT_DESCRIPTORS } from '../instrumentation/calls/agent.descriptors.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import type { Labels } from '../model/labels.js';
import { IN_FLIGHT_RULES, namedOptions } from './option-rules.js';

/** Options of `@InFlight()`. */
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
 * Gauges of the running calls of a method, and of the age of the oldest one in seconds,
 * with the labels `agent` and `method`. They show an agent that hangs, which is in no
 * other metric. A stream runs while it is consumed.
 *
 * Example: `@InFlight() async run(prompt: string): Promise<string> { ... }`.
 *
 * @param options the metric name, or options.
 * @throws {DecoratorError} unless it stands on a method of instances; naming an option that is unknown or not allowed.
 */
export function InFlight(options: string | InFlightOptions = {}) {
  return measuringDecorator('@InFlight()', arguments, (method) => {
    const given = namedOptions(method, options, IN_FLIGHT_RULES);
    const inFlight = {
      name: given.name ?? AGENT_DESCRIPTORS.inFlight.name,
      description: given.description,
      summary: AGENT_DESCRIPTORS.inFlight.description,
      labels: given.labels,
    };
    return { inFlight };
  });
}
