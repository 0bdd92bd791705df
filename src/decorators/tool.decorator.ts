import {
  measureMethod,
  type MethodDescriptor,
} from '../instrumentation/measured-method.js';

/**
 * Makes every call of a method a tool call: its duration, with the labels
 * `gen_ai_tool_name`, `gen_ai_agent_name` and, if it failed, `error_type`
 * (`gen_ai_execute_tool_duration_seconds`). It counts for the agent run around it.
 *
 * @param name of the tool. Default: the name of the method.
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 *
 * @example
 * @Tool('search')
 * async search(query: string): Promise<Passage[]> { ... }
 */
export function Tool(name?: string) {
  return (
    prototype: object,
    key: string | symbol,
    descriptor: MethodDescriptor,
  ): void =>
    measureMethod(prototype, key, descriptor, {
      work: { tool: name ?? String(key) },
    });
}
