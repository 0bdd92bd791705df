import { TEXT, validateOne } from '../core/validate.js';
import { className, nameClass } from '../instrumentation/class-name.js';
import {
  withDecoratorError,
  memberName,
  misplaced,
  refuseBareUse,
  refuseStandardDecorators,
} from '../instrumentation/decorated-method.js';

/**
 * Names a class in the labels of metrics: `handler` of a controller, gateway or
 * resolver, `agent` of measured methods, `error_type` of an error. Without it
 * the label is the name of the class, which a minifier changes in each build. For
 * agents `@Agent('name')` does the same.
 *
 * Subclasses have the same name in labels, unless they have a decorator of their own.
 *
 * Examples: `@MetricName('tools')` before `@Controller('tools') export class ToolsController {}` and
 * `@MetricName('PaymentError') export class PaymentError extends Error {}`.
 *
 * @throws {DecoratorError} when it stands on anything but a class, or the name is empty or no text.
 */
export function MetricName(name: string): ClassDecorator {
  refuseBareUse("@MetricName('name')", arguments);
  const mend = 'Put it on the class: methods go by their own names';
  return namesClass('@MetricName()', mend, () => name);
}

/**
 * A decorator that names a class in labels.
 *
 * @param decorator as users write it, e.g. `@Agent()`.
 * @param mend what to do when it stands on a member of a class.
 */
export function namesClass(
  decorator: string,
  mend: string,
  nameOf: (target: Function) => unknown,
): ClassDecorator {
  return (target: Function, ...member: unknown[]) => {
    const [key] = member;
    refuseStandardDecorators(decorator, key);
    if (typeof target !== 'function' || key !== undefined) {
      const on = `the member ${memberName(target, key)}`;
      throw misplaced(decorator, { on, mend }, 'a class');
    }
    const name = nameOf(target);
    withDecoratorError(`${decorator} on ${className(target)}`, () =>
      validateOne(name, TEXT, 'The name'),
    );
    nameClass(target, name as string);
  };
}
