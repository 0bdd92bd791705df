import { refuseBareUse } from '../instrumentation/decorated-method.js';
import { namesClass } from '../instrumentation/names-class.js';

/**
 * Names a class in the labels of metrics: `handler` of a controller, gateway or
 * resolver, `agent` of methods that are measured, `error_type` of an error. Without it
 * the label is the name of the class, which a minifier changes in each build. For
 * agents `@Agent('name')` does the same.
 *
 * Subclasses have the same name in labels, unless they have a decorator of their own.
 *
 * Examples: `@MetricName('tools')` before `@Controller('tools') export class ToolsController {}` and
 * `@MetricName('PaymentError') export class PaymentError extends Error {}`.
 *
 * @throws {DecoratorError} when it stands on anything but a class, or the name is empty or no string.
 */
export function MetricName(name: string): ClassDecorator {
  refuseBareUse("@MetricName('name')", arguments);
  const mend = 'Put it on the class: methods go by their own names';
  return namesClass('@MetricName()', mend, () => name);
}
