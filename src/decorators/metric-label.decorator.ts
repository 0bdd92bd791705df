import {
  withDecoratorError,
  memberName,
  misplaced,
  refuseBareUse,
  refuseStandardDecorators,
} from '../instrumentation/decorated-method.js';
import { labelArgument } from '../instrumentation/measured-method.js';
import { validateOne } from '../core/validate.js';
import { LABEL_NAME } from './option-rules.js';

/**
 * Makes the value of a parameter a label of the metrics of `@Timed`, `@Counted` and `@Streamed` on
 * its method. Use it for parameters with few values: each value is a series.
 *
 * Example: `@Timed() async run(@MetricLabel('model') model: string, prompt: string) { ... }`.
 *
 * @param label the name of the label.
 * @throws {DecoratorError} unless it stands on a parameter of a method of instances, and the name is one of a label.
 */
export function MetricLabel(label: string) {
  refuseBareUse("@MetricLabel('name')", arguments);
  return (
    prototype: object,
    key: string | symbol | undefined,
    index: number,
  ): void => {
    refuseStandardDecorators('@MetricLabel()', key);
    const on = memberName(prototype, key);
    if (
      key === undefined ||
      typeof index !== 'number' ||
      typeof prototype === 'function'
    ) {
      const mend = `Write run(@MetricLabel('model') model: string)`;
      const expected = 'a parameter of a method of instances';
      throw misplaced('@MetricLabel()', { on, mend }, expected);
    }
    withDecoratorError(`@MetricLabel() on a parameter of ${on}()`, () =>
      validateOne(label, LABEL_NAME, 'The name'),
    );
    labelArgument(prototype, key, index, label);
  };
}
