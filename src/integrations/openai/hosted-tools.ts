import { errorOf } from '../../accounting/answer-errors.js';
import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  itemsOf,
  text,
} from '../../accounting/fields.js';
import { BILLED_TOOLS } from '../../accounting/readers/responses.js';
import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { RunningWork } from '../../instrumentation/gen-ai/running-work.js';

/** Tools that the provider runs. Those of MCP servers have names of their own. */
const TOOLS: ReadonlyMap<unknown, string> = new Map([
  ...BILLED_TOOLS,
  ['mcp_call', 'mcp'],
]);

/** Records the tools that the provider runs for one response, as calls of the agent that asked for it. */
// Why: docs/decisions/integrations.md, "OpenAI: hosted tools are tool calls".
export class HostedTools {
  private readonly run: AgentMetrics['runs']['current'];
  private readonly context: AgentMetrics['context']['current'];
  private readonly running = new Map<number, RunningWork>();
  private readonly recorded = new Set<number>();

  constructor(private readonly metrics: AgentMetrics) {
    this.run = metrics.runs.current;
    this.context = metrics.context.current;
  }

  /** An event of a streamed response. */
  event(event: unknown): void {
    const { type, item, output_index, response } = fieldsOf(event);
    if (type === 'response.completed') this.record(response);
    const place = count(output_index);
    if (place === undefined) return;
    if (type === 'response.output_item.added')
      this.begin(fieldsOf(item), place);
    if (type === 'response.output_item.done') this.end(fieldsOf(item), place);
  }

  /** A whole response. It tells that a tool has ended, and not when it began. */
  record(response: unknown): void {
    const output = itemsOf(fieldsOf(response)['output']);
    output.forEach((item, place) => this.end(item, place));
  }

  private begin(item: Fields, place: number): void {
    const work = this.start(item);
    if (work !== undefined) this.running.set(place, work);
  }

  private end(item: Fields, place: number): void {
    if (this.recorded.has(place)) return;
    const work = this.running.get(place) ?? this.start(item);
    if (work === undefined) return;
    this.recorded.add(place);
    const error = errorIn(item);
    if (error === undefined) work.end();
    else work.fail(error);
  }

  private start({ type, name }: Fields): RunningWork | undefined {
    const tool = TOOLS.get(type);
    if (tool === undefined) return undefined;
    const { metrics, run, context } = this;
    const start = () => metrics.startTool(text(name) ?? tool);
    const inRun = () => (run === undefined ? start() : run.run(start));
    return context === undefined
      ? inRun()
      : metrics.context.resume(context, inRun);
  }
}

function errorIn({ status, error }: Fields): Error | undefined {
  if (hasContent(error)) return errorOf(error);
  return status === 'failed' ? errorOf({ code: 'ToolFailed' }) : undefined;
}
