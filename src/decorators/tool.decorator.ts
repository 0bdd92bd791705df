import { withDecoratorError } from '../instrumentation/decorated-method.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import { TEXT, validateOne } from '../core/validate.js';

/**
 * Makes every call of a method a tool call: its duration, with the labels
 * `gen_ai_tool_name`, `gen_ai_agent_name` and, if it failed, `error_type`
 * (`gen_ai_execute_tool_duration_seconds`). It counts for the agent run around it.
 *
 * Example: `@Tool('search') async search(query: string): Promise<Passage[]> { ... }`.
 *
 * @param name of the tool. Default: the name of the method.
 * @throws {DecoratorError} unless it stands on a method of instances, and the name is a text.
 */
export function Tool(name?: string) {
  return measuringDecorator('@Tool()', arguments, (method) => {
    const tool = name ?? String(method.key);
    withDecoratorError(method.place, () => validateOne(tool, TEXT, 'The name'));
    return { tool };
  });
}
