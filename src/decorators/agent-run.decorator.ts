import { measuringDecorator } from '../instrumentation/measured-method.js';

/**
 * Makes every call of a method a run of the agent that its class is: its duration,
 * and how many inferences and tool calls it took, however deep they were called
 * (`gen_ai_invoke_agent_*`, with the label `gen_ai_agent_name`).
 *
 * Combine it with `@Timed` and `@Counted` as you like.
 *
 * Example: `@AgentRun() async run(question: string): Promise<string> { ... }` in a class with
 * `@Agent('Assistant')`.
 *
 * @throws {DecoratorError} when it stands on anything but a method of instances.
 */
export function AgentRun() {
  return measuringDecorator('@AgentRun()', arguments, () => ({
    agentRun: true,
  }));
}
