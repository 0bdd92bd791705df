import { className } from '../instrumentation/class-name.js';
import { refuseBareUse } from '../instrumentation/decorated-method.js';
import { namesClass } from './metric-name.decorator.js';

/**
 * Names the agent that a class is: the label `agent` of the metrics of its methods, and
 * the label `handler` of its handlers. Subclasses have the same name unless they have
 * their own. Name other classes by `@MetricName('name')`.
 *
 * Example: `@Agent('Assistant')` before `@Injectable() export class AssistantAgent {}`.
 *
 * @param name Default: the name of the class, as for a class without this decorator.
 * @throws {DecoratorError} when it stands on anything but a class, or the name is no text.
 */
export function Agent(name?: string): ClassDecorator {
  refuseBareUse("@Agent('name')", arguments);
  const mend = 'Put it on the class: it names the agent that the class is';
  return namesClass('@Agent()', mend, (target) => name ?? className(target));
}
