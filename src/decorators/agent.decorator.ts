import { AGENT_NAME } from '../model/shared.js';

/**
 * Names the agent that a class is: the `agent` label of what its methods record.
 * Subclasses go by the same name unless they have their own.
 *
 * @param name Default: the name of the class, which is also what a class without
 *   this decorator goes by.
 *
 * @example
 * @Agent('Assistant')
 * @Injectable()
 * export class AssistantAgent {}
 */
export function Agent(name?: string): ClassDecorator {
  return (target) =>
    Reflect.defineMetadata(AGENT_NAME, name ?? target.name, target);
}
