import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { GEN_AI_METRICS } from '../../core/gen-ai-conventions.js';
import type { Conventions } from './agents.options.js';
import type { Tally } from '../../model/tally.js';
import { agentLabels, AgentRunWriter } from './agent-run-writer.js';
import type { LabelsInForce } from './context-labels.js';
import { GenAiInstruments } from './gen-ai-instruments.js';
import { OWN_METRICS } from './own-metrics.js';
import { RecordingBatch } from './recording-batch.js';
import { type EndedInference, InferenceWriter } from './inference-writer.js';
import type { Charge, PriceList } from '../../accounting/prices/price-list.js';
import {
  type EndedAgentRun,
  type EndedWorkflow,
  type Evaluation,
  failureOf,
  type Retry,
  type ToolCall,
} from './recordings.js';

/**
 * Writes recordings that were checked into the metrics of the conventions. All methods
 * throw a MetricsError if a part cannot be recorded; nothing is recorded then.
 */
export class GenAiWriter {
  private readonly instruments: GenAiInstruments;
  private readonly inferences: InferenceWriter;
  private readonly agentRuns: AgentRunWriter;

  constructor(
    collector: MetricsCollector,
    prices: PriceList,
    conventions: Conventions,
  ) {
    this.instruments = new GenAiInstruments(collector);
    this.inferences = new InferenceWriter(
      this.instruments,
      collector,
      prices,
      conventions,
    );
    this.agentRuns = new AgentRunWriter(this.instruments);
  }

  /** @returns the cost; `undefined` if it is unknown. */
  inference(ended: EndedInference): Charge | undefined {
    return this.inferences.write(ended);
  }

  /** A tally for the times of output chunks; `undefined` if there is no histogram for them, which writing the inference reports. */
  newChunkTally(): Tally | undefined {
    return this.inferences.newChunkTally();
  }

  /** Starts the series of a tool's calls. */
  startToolSeries(tool: string): void {
    this.instruments.start(GEN_AI_METRICS.toolDuration, toolLabels(tool));
  }

  /** Starts the series of an agent's runs. */
  startAgentSeries(agent: string): void {
    this.instruments.start(GEN_AI_METRICS.agentDuration, agentLabels(agent));
  }

  tool(
    call: ToolCall,
    agent: string | undefined,
    context: LabelsInForce | undefined,
  ): void {
    const labels = {
      ...context?.labels,
      ...toolLabels(call.tool),
      gen_ai_agent_name: agent,
      error_type: failureOf(call),
    };
    this.instruments
      .histogram(GEN_AI_METRICS.toolDuration)
      .observe(labels, call.seconds);
  }

  retry(retry: Retry, context: LabelsInForce | undefined): void {
    const { provider, model, agent, error } = retry;
    const labels = { ...context?.labels, agent, model, provider };
    const type = failureOf({ error }) ?? 'unknown';
    this.instruments
      .counter(OWN_METRICS.retries)
      .inc({ ...labels, error_type: type });
  }

  evaluation(given: Evaluation, context: LabelsInForce | undefined): void {
    const { name, label, score, agent } = given;
    const { instruments } = this;
    const labels = { ...context?.labels, agent, evaluation: name };
    const batch = new RecordingBatch();
    if (label !== undefined) {
      const counter = instruments.counter(OWN_METRICS.evaluations);
      batch.addTo(counter.labels({ ...labels, label }), 1);
    }
    if (score !== undefined) {
      const scores = instruments.histogram(OWN_METRICS.evaluationScore);
      batch.addTo(scores.labels(labels), score);
    }
    batch.write();
  }

  agentRun(run: EndedAgentRun, context: LabelsInForce | undefined): void {
    this.agentRuns.write(run, context);
  }

  workflow(ended: EndedWorkflow, context: LabelsInForce | undefined): void {
    const labels = {
      ...context?.labels,
      gen_ai_operation_name: 'invoke_workflow',
      gen_ai_workflow_name: ended.workflow,
      error_type: failureOf(ended),
    };
    this.instruments
      .histogram(GEN_AI_METRICS.workflowDuration)
      .observe(labels, ended.seconds);
  }
}

function toolLabels(tool: string) {
  return { gen_ai_operation_name: 'execute_tool', gen_ai_tool_name: tool };
}
