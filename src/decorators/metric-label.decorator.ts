import { labelArgument } from '../instrumentation/measured-method.js';

/**
 * Makes the value of a parameter a label of what `@Timed` and `@Counted` record of
 * its method. Use it for values that are few: each one is a series.
 *
 * @example
 * @Timed()
 * async run(@MetricLabel('model') model: string, prompt: string): Promise<string> { ... }
 */
export function MetricLabel(label: string) {
  return (
    prototype: object,
    key: string | symbol | undefined,
    index: number,
  ): void => labelArgument(prototype, key as string | symbol, index, label);
}
