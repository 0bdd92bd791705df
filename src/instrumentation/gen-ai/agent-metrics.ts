import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { follow } from '../calls/follow.js';
import { report } from '../report.js';
import { AgentRunWriter } from './agent-run-writer.js';
import { AgentRuns } from './agent-runs.js';
import { GenAiInstruments } from './gen-ai-instruments.js';
import { InferenceWriter } from './inference-writer.js';
import { PriceList } from './price-list.js';
import type { AgentMetricsOptions } from './agents.options.js';
import { resolvePrices } from './price-table.js';
import {
  checkAgentRun,
  checkInference,
  checkInferenceRequest,
  checkToolCall,
  checkWorkflow,
} from './recording-checks.js';
import {
  type EndedAgentRun,
  type EndedWorkflow,
  failureOf,
  type Inference,
  type InferenceRequest,
  type ToolCall,
} from './recordings.js';
import { RunningInference } from './running-inference.js';
import type { ChunkOf, ChunkStream, ReadChunk } from './streamed-inference.js';
import { TimedWork, type Work } from './timed-work.js';

/**
 * What agents do and cost, in the vocabulary of OpenTelemetry's semantic conventions
 * for generative AI: inferences with their tokens, tool calls, agent runs, workflows.
 *
 * @example
 * constructor(private readonly agents: AgentMetrics) {}
 *
 * agents.recordInference({
 *   provider: 'openai',
 *   model: 'gpt-4o',
 *   seconds: 1.2,
 *   usage: { inputTokens: 420, outputTokens: 96 },
 * });
 */
export class AgentMetrics {
  /** @internal Which agent run some code belongs to. */
  readonly runs = new AgentRuns();

  private readonly instruments: GenAiInstruments;
  private readonly inferences: InferenceWriter;
  private readonly agentRuns: AgentRunWriter;

  /** @throws {OptionsError} if there is something wrong with the prices. */
  constructor(
    private readonly collector: MetricsCollector,
    { prices }: AgentMetricsOptions = {},
  ) {
    this.instruments = new GenAiInstruments(collector);
    this.agentRuns = new AgentRunWriter(this.instruments);
    this.inferences = new InferenceWriter(
      this.instruments,
      collector,
      prices && new PriceList(resolvePrices(prices, 'prices')),
    );
  }

  /**
   * Records an inference that has ended: its duration, tokens, cost and, if it
   * streamed, the times of its chunks. It counts for the agent run around it.
   *
   * @throws {MetricValueError} if it cannot be recorded as it is; nothing is recorded then.
   */
  recordInference(inference: Inference): void {
    checkInference(inference);
    const run = this.runs.current;
    this.inferences.write(inference, inference.agent ?? run?.agent);
    if (run !== undefined) run.inferenceCalls++;
  }

  /**
   * Begins an inference, to be told of its chunks and its end. It counts for the
   * agent run around this call, wherever it ends.
   *
   * @throws {MetricValueError} if provider or model are no names.
   */
  startInference(request: InferenceRequest): RunningInference {
    checkInferenceRequest(request);
    const { operation, provider, model, agent } = request;
    return this.openInference({ operation, provider, model, agent });
  }

  /**
   * Follows the chunks of a model's answer: the time to the first one, the time
   * waited for each later one, and the whole. The consumer's own time does not count.
   *
   * @param stream an async iterable, a web stream or an Observable, or a promise of one.
   * @param request what was asked for. Time begins with this call; to begin earlier, see {@link startInference} and {@link RunningInference.observeStream}.
   * @param read what a chunk says of the answer: its model, and the tokens. A later chunk's word counts.
   * @returns what is to be consumed in its place; it behaves as `stream` does.
   * @throws {MetricValueError} if provider or model are no names.
   *
   * @example
   * const chunks = agents.observeStream(
   *   model.stream(prompt),
   *   { provider: 'acme', model: 'acme-1' },
   *   ({ usage }) => usage && { usage: { inputTokens: usage.in, outputTokens: usage.out } },
   * );
   * for await (const chunk of chunks) { ... }
   */
  observeStream<S extends ChunkStream<any> | PromiseLike<ChunkStream<any>>>(
    stream: S,
    request: InferenceRequest,
    read: ReadChunk<ChunkOf<S>> = () => undefined,
  ): S {
    return this.startInference(request).observeStream(stream, read);
  }

  /**
   * Records a tool call that has ended. It counts for the agent run around it.
   *
   * @throws {MetricValueError} if it cannot be recorded as it is; nothing is recorded then.
   */
  recordTool(call: ToolCall): void {
    checkToolCall(call);
    const run = this.runs.current;
    this.writeTool(call, call.agent ?? run?.agent);
    if (run !== undefined) run.toolCalls++;
  }

  /**
   * Records an agent run that has ended, with the inferences and tool calls that it took.
   *
   * @throws {MetricValueError} if it cannot be recorded as it is; nothing is recorded then.
   */
  recordAgentRun(run: EndedAgentRun): void {
    checkAgentRun(run);
    this.agentRuns.write(run);
  }

  /**
   * Records a workflow that has ended.
   *
   * @throws {MetricValueError} if it cannot be recorded as it is; nothing is recorded then.
   */
  recordWorkflow(ended: EndedWorkflow): void {
    checkWorkflow(ended);
    const labels = {
      gen_ai_operation_name: 'invoke_workflow',
      gen_ai_workflow_name: ended.workflow,
      error_type: failureOf(ended),
    };
    this.instruments
      .histogram('workflowDuration')
      .observe(labels, ended.seconds);
  }

  /**
   * Does the work of an agent and records it as a run, with all inferences and tool
   * calls in it. `@AgentRun()` does so for a method.
   *
   * @returns what the work returns; a promise or stream is followed to its end.
   */
  runAgent<T>(agent: string, work: () => T): T {
    const open = () => this.openRun(agent);
    return this.run(open, work);
  }

  /**
   * Does the work of a tool and records it. It counts for the agent run around it.
   * `@Tool()` does so for a method.
   *
   * @returns what the work returns; a promise or stream is followed to its end.
   */
  runTool<T>(tool: string, work: () => T): T {
    const run = this.runs.current;
    if (run !== undefined) run.toolCalls++;
    const end = this.kept(tool, (seconds, error) =>
      this.writeTool({ tool, seconds, error }, run?.agent),
    );
    return this.run(() => ({ enter: (part) => part(), end }), work);
  }

  private report(cause: string, error: unknown, where: string): void {
    report(this.collector, cause, error, where);
  }

  private openInference(request: InferenceRequest): RunningInference {
    const run = this.runs.current;
    if (run !== undefined) run.inferenceCalls++;
    const agent = request.agent ?? run?.agent;
    const tell = (cause: string, error: unknown) =>
      this.report(cause, error, `${request.provider} ${request.model}`);
    return new RunningInference(request, {
      finished: (inference) => {
        try {
          checkInference(inference);
          this.inferences.write(inference, agent);
        } catch (error) {
          tell('inference', error);
        }
      },
      unreadable: (error) => tell('chunk', error),
      again: () => this.openInference(request),
    });
  }

  private run<T>(open: () => Work, work: () => T): T {
    const run = new TimedWork(open);
    let result: T;
    try {
      result = run.enter(work);
    } catch (error) {
      run.fail(error);
      throw error;
    }
    return follow(result, run);
  }

  private openRun(agent: string): Work {
    const context = this.runs.begin(agent);
    return {
      enter: (part) => context.enter(part),
      end: this.kept(agent, (seconds, error) => {
        const { inferenceCalls, toolCalls } = context;
        this.recordAgentRun({
          agent,
          seconds,
          error,
          inferenceCalls,
          toolCalls,
        });
      }),
    };
  }

  /** What cannot be recorded is reported, and kept from the work. */
  private kept(where: string, record: Work['end']): Work['end'] {
    return (seconds, error) => {
      try {
        record(seconds, error);
      } catch (failure) {
        this.report('agent', failure, where);
      }
    };
  }

  private writeTool(call: ToolCall, agent: string | undefined): void {
    const labels = {
      gen_ai_operation_name: 'execute_tool',
      gen_ai_tool_name: call.tool,
      gen_ai_agent_name: agent,
      error_type: failureOf(call),
    };
    this.instruments.histogram('toolDuration').observe(labels, call.seconds);
  }
}
