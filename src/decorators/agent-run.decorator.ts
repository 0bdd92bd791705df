import { withDecoratorError } from '../instrumentation/decorated-method.js';
import { measuringDecorator } from '../instrumentation/measured-method.js';
import { Check, type Rules, validate } from '../core/validate.js';
import type { Labels } from '../model/labels.js';

/** Options of `AgentRun()`. */
export interface AgentRunOptions {
  /**
   * Labels of the metrics of all that runs inside, as `AgentMetrics.withLabels()` gives them, or
   * a function of the method's arguments. Their names are declared in `agents.contextLabels`.
   */
  labels?: Labels | ((...args: any[]) => Labels);
}

const RULES: Rules = {
  labels: new Check(
    'an object of label names and values, or a function',
    (value) => typeof value === 'object' || typeof value === 'function',
  ),
};

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
 * @throws {DecoratorError} when it stands on anything but a method of instances, or an option is not valid.
 */
export function AgentRun(options: AgentRunOptions = {}) {
  return measuringDecorator('@AgentRun()', arguments, (method) => {
    withDecoratorError(method.place, () => validate(options, RULES));
    const { labels } = options;
    return {
      agentRun: {
        labels: typeof labels === 'object' ? () => labels : labels,
      },
    };
  });
}
