import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { timeWork } from '../calls/follow.js';
import { ObservedRun } from '../calls/observed-run.js';
import type { RunObserver } from '../calls/run.js';
import { type ErrorReporter, report } from '../../core/catch-and-report.js';
import type { ErrorCause } from '../../core/message-links.js';
import { AgentRuns } from './agent-runs.js';
import { GenAiWriter } from './gen-ai-writer.js';
import { LivePrices } from '../../accounting/prices/live-prices.js';
import { sourcesOf } from '../../accounting/prices/price-files.js';
import { type AgentMetricsOptions, OTHER_RULES } from './agents.options.js';
import { validate } from '../../core/validate.js';
import { checkInference, checkInferenceRequest } from './inference-checks.js';
import {
  checkAgentRun,
  checkEvaluation,
  checkRetry,
  checkToolCall,
  checkWorkflow,
} from './recording-checks.js';
import {
  type ChunkOf,
  type ChunkStream,
  type EndedAgentRun,
  type EndedWorkflow,
  type Evaluation,
  type Inference,
  type InferenceRequest,
  type ReadChunk,
  type Retry,
  type ToolCall,
} from './recordings.js';
import { ContextLabels } from './context-labels.js';
import { LateRecordings } from './late-recordings.js';
import { ObservedWork } from './observed-work.js';
import type { Labels } from '../../model/labels.js';
import { OpenInferences } from './open-inferences.js';
import type { RunningInference } from './running-inference.js';
import { RunningWork } from './running-work.js';

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
export class AgentMetrics implements ErrorReporter {
  /** @internal The agent runs that code belongs to. */
  readonly runs = new AgentRuns();

  /** @internal The labels that code gives to what it calls. */
  readonly context: ContextLabels;

  /** @internal Recordings that are made after the app has its answer. */
  readonly late: LateRecordings;

  private readonly writer: GenAiWriter;
  private readonly inferences: OpenInferences;
  private readonly work: ObservedWork;

  /** @throws {OptionsError} naming the option that is missing or invalid, or the price file that cannot be read. */
  constructor(
    private readonly collector: MetricsCollector,
    options: AgentMetricsOptions = {},
  ) {
    const { prices, ...others } = options;
    validate(others, OTHER_RULES);
    const { conventions = 'current', contextLabels = [], tokenizer } = others;
    this.context = new ContextLabels(contextLabels);
    const sources = prices === undefined ? [] : sourcesOf(prices, 'prices');
    const live = new LivePrices(sources, collector);
    this.writer = new GenAiWriter(collector, live.list, conventions);
    // A collector of a test may have a few methods only.
    collector.onShutdown?.(() => live.close());
    this.late = new LateRecordings(collector);
    this.inferences = new OpenInferences(
      this,
      this.writer,
      collector,
      tokenizer,
    );
    this.work = new ObservedWork(this, this.writer);
  }

  /**
   * Records an inference that has ended: its duration, tokens, cost and, if it
   * streamed, the times of its chunks. It counts for the agent run around it.
   *
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   */
  recordInference(inference: Inference): void {
    checkInference(inference);
    this.inferences.add(inference);
  }

  /**
   * Begins an inference. Report its chunks and its end to what this returns. It counts for the
   * agent run around this call, wherever it ends.
   *
   * @throws {MetricValueError} if provider or model is no text, or empty.
   */
  startInference(request: InferenceRequest): RunningInference {
    checkInferenceRequest(request);
    // A copy, which a caller that changes its object later does not change.
    return this.inferences.open({ ...request });
  }

  /**
   * Follows the chunks of a model's answer: the time to the first one, the time
   * waited for each later one, and the duration. The consumer's own time does not count.
   *
   * @param stream an async iterable, a web stream or an Observable, or a promise of one.
   * @param request the request to the model. Time begins with this call; to begin earlier, see {@link startInference} and {@link RunningInference.observeStream}.
   * @param read reads the model and the tokens from a chunk. Values of a later chunk replace those of an earlier one.
   * @returns the stream to consume instead; it behaves like `stream`.
   * @throws {MetricValueError} if provider or model is no text, or empty.
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
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   */
  recordTool(call: ToolCall): void {
    checkToolCall(call);
    const run = this.runs.current;
    this.writer.tool(call, call.agent ?? run?.agent, this.context.current);
    if (run !== undefined) run.toolCalls++;
  }

  /**
   * Records an agent run that has ended, with the inferences and tool calls that it took.
   *
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   */
  recordAgentRun(run: EndedAgentRun): void {
    checkAgentRun(run);
    this.writer.agentRun(run, this.context.current);
  }

  /**
   * Records a workflow that has ended.
   *
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   */
  recordWorkflow(ended: EndedWorkflow): void {
    checkWorkflow(ended);
    this.writer.workflow(ended, this.context.current);
  }

  /**
   * Records an attempt of an inference that failed and is repeated, e.g. after a rate limit.
   * The inference itself is recorded once, when it ends.
   *
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   */
  recordRetry(retry: Retry): void {
    checkRetry(retry);
    const { agent = this.runs.current?.agent } = retry;
    this.writer.retry({ ...retry, agent }, this.context.current);
  }

  /**
   * Records the result of a guardrail or an evaluation, for the agent run around it.
   *
   * @throws {MetricValueError} naming the field that is not valid; nothing is recorded then.
   *
   * @example
   * agents.recordEvaluation({ name: 'toxicity', label: 'passed', score: 0.02 });
   */
  recordEvaluation(evaluation: Evaluation): void {
    checkEvaluation(evaluation);
    const { agent = this.runs.current?.agent } = evaluation;
    this.writer.evaluation({ ...evaluation, agent }, this.context.current);
  }

  /**
   * Does some work whose metrics have further labels: those of agents, inferences, tokens, costs
   * and tools, of decorated methods, and of outgoing requests, if they are measured. Their names
   * are declared in `agents.contextLabels`. A context inside of another one adds to its labels.
   *
   * @returns what the work returns.
   * @throws {LabelError} if a label is not declared or not valid; the work is not done then.
   *
   * @example
   * return agents.withLabels({ tenant: 'acme' }, () => this.assistant.run(question));
   */
  withLabels<T>(labels: Labels, work: () => T): T {
    return this.context.run(labels, work);
  }

  /**
   * Does the work of an agent and records it as a run, with all inferences and tool
   * calls in it. `@AgentRun()` does so for a method.
   *
   * @returns what the work returns; a promise or stream is followed to its end.
   */
  runAgent<T>(agent: string, work: () => T): T {
    const start = () => this.observeAgentRun(agent);
    return timeWork(new ObservedRun([], start, [], false), work);
  }

  /**
   * Does the work of a tool and records it. It counts for the agent run around it.
   * `@Tool()` does so for a method.
   *
   * @returns what the work returns; a promise or stream is followed to its end.
   */
  runTool<T>(tool: string, work: () => T): T {
    const start = () => this.observeTool(tool);
    return timeWork(new ObservedRun([], start, [], false), work);
  }

  /**
   * Begins an agent run. Report its end to what this returns. For work that is not one
   * function, e.g. the callbacks of a framework; else see {@link runAgent}.
   *
   * @throws {MetricValueError} if the agent is no text, or empty.
   *
   * @example
   * const run = agents.startAgentRun('Assistant');
   * const inference = run.enter(() => agents.startInference({ provider: 'acme', model: 'acme-1' }));
   * inference.end({ usage: { inputTokens: 420, outputTokens: 96 } });
   * run.end();
   */
  startAgentRun(agent: string): RunningWork {
    checkAgentRun({ agent, seconds: 0 });
    return new RunningWork(() => this.observeAgentRun(agent));
  }

  /**
   * Begins a tool call. Report its end to what this returns. It counts for the agent run around
   * this call, wherever it ends.
   *
   * @throws {MetricValueError} if the tool is no text, or empty.
   */
  startTool(tool: string): RunningWork {
    checkToolCall({ tool, seconds: 0 });
    return new RunningWork(() => this.observeTool(tool));
  }

  /** @internal Observes a run of an agent. Each consumption of its stream is another run. */
  observeAgentRun(
    agent: string,
    labels?: () => Labels | undefined,
  ): RunObserver {
    return this.work.agentRun(agent, labels);
  }

  /** @internal Observes a tool call. It counts once for the agent run around it, however often its stream is consumed. */
  observeTool(tool: string): RunObserver {
    return this.work.tool(tool);
  }

  /** @internal Starts the series of an agent's runs, before the first one. Never throws. */
  startAgentSeries(agent: string): void {
    this.work.startAgentSeries(agent);
  }

  /** @internal Starts the series of a tool's calls outside of agent runs, before the first one. Never throws. */
  startToolSeries(tool: string): void {
    this.work.startToolSeries(tool);
  }

  /** @internal Reports an error that is kept from the app. */
  reportError(cause: ErrorCause, error: unknown, where?: string): void {
    report(this.collector, cause, error, where);
  }
}
