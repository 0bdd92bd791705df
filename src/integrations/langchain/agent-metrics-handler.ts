import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { catchAndReport } from '../../core/catch-and-report.js';
import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { GenAiOperation } from '../../core/gen-ai-conventions.js';
import type { Generation, Generations } from './generation.js';
import { isOutputEvent, type StreamEvent } from './output.js';
import {
  type AgentMetricsHandlerOptions,
  type Chain,
  chainOf,
  defaultAgentOf,
} from './chains.js';
import { OpenInference } from './open-inference.js';
import { OpenRuns, RunMap } from './open-runs.js';
import { runIn } from './agent-scope.js';
import { requestOf, retrievalOf } from './requests.js';
import { nameOfRunnable, type SerializedRunnable } from './serialized.js';

type Params = Readonly<Record<string, unknown>>;

/** The parameters of a model's start, after its description and its input. */
type ModelStart = [
  runId: string,
  parentRunId?: string,
  extraParams?: Params,
  tags?: string[],
  metadata?: Params,
  runName?: string,
];

/**
 * Records what LangChain.js and LangGraph do: inferences with their tokens, tool
 * calls and agent runs, as `AgentMetrics` does. Give it to whatever is invoked, or to
 * the constructor of a model. One handler is enough for an app.
 *
 * It never throws, and never changes the events that it receives.
 *
 * @example
 * const handler = new AgentMetricsHandler(agentMetrics);
 * await graph.invoke(input, { callbacks: [handler] });
 */
export class AgentMetricsHandler extends BaseCallbackHandler {
  /** The name of the handler in LangChain. */
  readonly name = 'agent_metrics';

  /** Callbacks must be awaited: in the background one would wait for all others, and be timed wrongly. */
  // Why: docs/decisions/integrations.md, "LangChain: runs are found by their ids".
  override awaitHandlers = true;
  /** Custom events are not recorded. */
  override ignoreCustomEvent = true;

  private readonly agentOf: (chain: Chain) => string | undefined;
  private readonly runs: OpenRuns;
  private readonly inferences = new RunMap<OpenInference>();

  /**
   * @param metrics the app's, which Nest injects.
   * @throws {TypeError} if it is no `AgentMetrics`, or `agentOf` is no function.
   */
  constructor(
    private readonly metrics: AgentMetrics,
    { agentOf = defaultAgentOf }: AgentMetricsHandlerOptions = {},
  ) {
    super();
    check('metrics', metrics, 'an AgentMetrics', isAgentMetrics(metrics));
    check('agentOf', agentOf, 'a function', typeof agentOf === 'function');
    this.agentOf = agentOf;
    this.runs = new OpenRuns(metrics);
  }

  /** Returns itself: runs are found by their ids, so one handler serves them all. */
  override copy(): this {
    return this;
  }

  /** An inference of a chat model begins. */
  override handleChatModelStart(
    model: SerializedRunnable,
    messages: unknown,
    ...told: ModelStart
  ): void {
    this.openInference('chat', model, messages, told);
  }

  /** An inference of a text completion model begins, or of a chat model that reports it in this way. */
  override handleLLMStart(
    model: SerializedRunnable,
    prompts: unknown,
    ...told: ModelStart
  ): void {
    this.openInference('text_completion', model, prompts, told);
  }

  /** A chunk of a stream has come. */
  override handleLLMNewToken(
    token: string,
    _indices: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    fields?: { readonly chunk?: Generation },
  ): void {
    this.record('chunk', () =>
      this.inferences.get(runId)?.chunk(token, fields?.chunk),
    );
  }

  /** LangChain reports these events instead of tokens if another handler prefers them. */
  override handleChatModelStreamEvent(event: StreamEvent, runId: string): void {
    if (!isOutputEvent(event)) return;
    this.record('chunk', () => this.inferences.get(runId)?.outputChunk());
  }

  /** An inference has its answer. */
  override handleLLMEnd(
    answers: Generations,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    extraParams?: Params,
  ): void {
    this.endInference('answer', runId, extraParams, (inference) =>
      inference.end(answers),
    );
  }

  /** An inference has failed. */
  override handleLLMError(
    error: unknown,
    runId: string,
    _parentRunId?: string,
    _tags?: string[],
    extraParams?: Params,
  ): void {
    this.endInference('failed inference', runId, extraParams, (inference) =>
      inference.fail(error),
    );
  }

  /** A tool call begins. */
  override handleToolStart(
    tool: SerializedRunnable,
    _input: string,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    _metadata?: Params,
    runName?: string,
  ): void {
    this.record('tool', () =>
      this.runs.startTool(runId, parentRunId, runName || nameOfRunnable(tool)),
    );
  }

  /** A tool call has ended. */
  override handleToolEnd(_output: unknown, runId: string): void {
    this.record('end', () => this.runs.end(runId));
  }

  /** A tool call has failed. */
  override handleToolError(error: unknown, runId: string): void {
    this.record('failure', () => this.runs.fail(runId, error));
  }

  /** A search begins, e.g. in a vector store. */
  override handleRetrieverStart(
    retriever: SerializedRunnable,
    _query: string,
    runId: string,
    parentRunId?: string,
    tags?: string[],
  ): void {
    this.record('retriever', () =>
      this.runs.startRetrieval(
        runId,
        parentRunId,
        retrievalOf(retriever, tags),
      ),
    );
  }

  /** A search has ended. */
  override handleRetrieverEnd(_documents: unknown, runId: string): void {
    this.record('end', () => this.runs.end(runId));
  }

  /** A search has failed. */
  override handleRetrieverError(error: unknown, runId: string): void {
    this.record('failure', () => this.runs.fail(runId, error));
  }

  /** The parameters are in the order that LangChain passes, which differs from its types. */
  override handleChainStart(
    chain: SerializedRunnable,
    _inputs: unknown,
    runId: string,
    parentRunId?: string,
    _tags?: string[],
    metadata?: Params,
    _runType?: string,
    runName?: string,
  ): void {
    this.record('chain', () =>
      this.runs.startChain(runId, parentRunId, (within) =>
        this.agentOf(chainOf(chain, runName, metadata, within)),
      ),
    );
  }

  /** A chain has ended, which may be an agent run. */
  override handleChainEnd(_outputs: unknown, runId: string): void {
    this.record('end', () => this.runs.end(runId));
  }

  /** A chain has failed. */
  override handleChainError(error: unknown, runId: string): void {
    this.record('failure', () => this.runs.fail(runId, error));
  }

  private openInference(
    operation: GenAiOperation,
    model: SerializedRunnable,
    input: unknown,
    [runId, parentRunId, extraParams, _tags, metadata]: ModelStart,
  ): void {
    this.record('inference', () => {
      if (this.inferences.has(runId)) return;
      const request = requestOf(operation, model, extraParams, metadata);
      const inference = runIn(this.runs.scopesIn(parentRunId), () =>
        this.metrics.startInference(request),
      );
      const open = new OpenInference(inference, request);
      this.inferences.add(runId, open);
      open.asked(input, extraParams?.['invocation_params']);
    });
  }

  /** Ends an inference. One that was answered from a cache is discarded. */
  // Why: docs/decisions/integrations.md, "LangChain: a cached answer is no inference".
  private endInference(
    what: string,
    runId: string,
    extraParams: Params | undefined,
    end: (inference: OpenInference) => void,
  ): void {
    this.record(what, () => {
      const inference = this.inferences.take(runId);
      if (inference === undefined) return;
      if (extraParams?.['cached'] === true) inference.discard();
      else end(inference);
    });
  }

  private record(what: string, action: () => void): void {
    catchAndReport(this.metrics, 'langchain', action, what);
  }
}

function isAgentMetrics(value: AgentMetrics | undefined): boolean {
  return typeof value?.startInference === 'function';
}

function check(
  name: string,
  given: unknown,
  expected: string,
  isRight: boolean,
): void {
  if (isRight) return;
  throw new TypeError(
    `AgentMetricsHandler: ${name} is ${String(given)}; expected ${expected}`,
  );
}
