import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { errorType } from '../error-type.js';
import { GenAiInstruments, type GenAiLabels } from './gen-ai-instruments.js';
import type {
  EndedAgentRun,
  EndedWorkflow,
  Inference,
  ToolCall,
} from './recordings.js';
import type { TokenAccounts } from './token-accounts.js';

/** Writes what has ended into the metrics of the conventions. It has been checked before. */
export class GenAiRecords {
  private readonly instruments: GenAiInstruments;

  constructor(
    collector: MetricsCollector,
    private readonly tokens: TokenAccounts,
  ) {
    this.instruments = new GenAiInstruments(collector);
  }

  inference(inference: Inference, agent: string | undefined): void {
    const { instruments } = this;
    const { operation = 'chat', provider, model, usage = {} } = inference;
    const labels = {
      gen_ai_operation_name: operation,
      gen_ai_provider_name: provider,
      gen_ai_request_model: model,
      gen_ai_response_model: inference.responseModel,
    };
    instruments.observe(
      'operationDuration',
      withErrorType(labels, inference),
      inference.seconds,
    );
    const { secondsToFirstChunk, secondsPerOutputChunk = [] } = inference;
    if (secondsToFirstChunk !== undefined) {
      instruments.observe('timeToFirstChunk', labels, secondsToFirstChunk);
    }
    for (const seconds of secondsPerOutputChunk) {
      instruments.observe('timePerOutputChunk', labels, seconds);
    }
    this.writeTokens(labels, 'input', usage.inputTokens);
    this.writeTokens(labels, 'output', usage.outputTokens);
    this.tokens.add(inference, agent);
  }

  tool(call: ToolCall, agent: string | undefined): void {
    const labels = {
      gen_ai_operation_name: 'execute_tool',
      gen_ai_tool_name: call.tool,
      gen_ai_agent_name: agent,
    };
    this.instruments.observe(
      'toolDuration',
      withErrorType(labels, call),
      call.seconds,
    );
  }

  agentRun(run: EndedAgentRun): void {
    const { agent, seconds, inferenceCalls = 0, toolCalls = 0 } = run;
    const labels = {
      gen_ai_operation_name: 'invoke_agent',
      gen_ai_agent_name: agent,
    };
    this.instruments.observe(
      'agentDuration',
      withErrorType(labels, run),
      seconds,
    );
    this.instruments.observe('agentInferenceCalls', labels, inferenceCalls);
    this.instruments.observe('agentToolCalls', labels, toolCalls);
  }

  workflow(ended: EndedWorkflow): void {
    const labels = {
      gen_ai_operation_name: 'invoke_workflow',
      gen_ai_workflow_name: ended.workflow,
    };
    this.instruments.observe(
      'workflowDuration',
      withErrorType(labels, ended),
      ended.seconds,
    );
  }

  private writeTokens(
    labels: GenAiLabels,
    direction: 'input' | 'output',
    tokens: number | undefined,
  ): void {
    if (tokens === undefined) return;
    this.instruments.observe(
      'tokenUsage',
      { ...labels, gen_ai_token_type: direction },
      tokens,
    );
  }
}

function withErrorType(
  labels: GenAiLabels,
  { error }: { readonly error?: unknown },
): GenAiLabels {
  return error === undefined
    ? labels
    : { ...labels, error_type: errorType(error) };
}
