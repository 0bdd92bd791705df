import { className } from '../instrumentation/class-name.js';
import {
  explainedBy,
  memberName,
  misplaced,
  refuseBareUse,
  refuseStandardDecorators,
} from '../instrumentation/decorated-method.js';
import { AGENT_NAME } from '../model/shared.js';
import { TEXT, validateOne } from '../model/validate.js';

/**
 * Names the agent that a class is: the `agent` label of what its methods record.
 * Subclasses go by the same name unless they have their own.
 *
 * @param name Default: the name of the class, which is also what a class without
 *   this decorator goes by.
 * @throws {DecoratorError} unless it stands on a class, and the name is a text.
 *
 * @example
 * @Agent('Assistant')
 * @Injectable()
 * export class AssistantAgent {}
 */
export function Agent(name?: string): ClassDecorator {
  refuseBareUse("@Agent('name')", arguments);
  return (target: Function, ...member: unknown[]) => {
    const [key] = member;
    refuseStandardDecorators('@Agent()', key);
    if (typeof target !== 'function' || key !== undefined) {
      const on = `the member ${memberName(target, key)}`;
      const mend = 'Put it on the class: it names the agent that the class is';
      throw misplaced('@Agent()', { on, mend }, 'a class');
    }
    const agent = name ?? className(target);
    explainedBy(`@Agent() on ${className(target)}`, () =>
      validateOne(agent, TEXT, 'The name'),
    );
    Reflect.defineMetadata(AGENT_NAME, agent, target);
  };
}
