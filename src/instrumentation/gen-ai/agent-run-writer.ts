import { GEN_AI_METRICS } from '../../core/gen-ai-conventions.js';
import { joinedKey } from '../../core/joined-key.js';
import type { HistogramSeries } from '../../model/histogram.js';
import type { Labels } from '../../model/labels.js';
import type { LabelsInForce } from './context-labels.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import { ofSource } from './inference-series.js';
import { KeptSeries } from './kept-series.js';
import { OWN_METRICS } from './own-metrics.js';
import { RecordingBatch } from './recording-batch.js';
import { type EndedAgentRun, failureOf } from './recordings.js';

/** The largest number of agents whose series are kept. An app may pass any number of names. */
const MAX_KEPT = 1_000;

/** The series that every run of an agent writes to. */
interface RunSeries {
  readonly labels: Labels;
  readonly inferenceCalls: HistogramSeries;
  readonly toolCalls: HistogramSeries;
  /** Those of tokens and cost. */
  readonly totals: KeptSeries;
  /** The series with the durations of runs that did not fail; `undefined` before the first one. */
  duration: HistogramSeries | undefined;
}

/** Writes checked agent runs. It keeps the series of each agent, so that writing a run looks up no labels. */
export class AgentRunWriter {
  private readonly kept = new Map<string, RunSeries>();

  constructor(private readonly instruments: GenAiInstruments) {}

  /** @throws {MetricsError} if a part cannot be recorded; nothing is recorded then. */
  write(run: EndedAgentRun, context: LabelsInForce | undefined): void {
    const { agent, seconds, inferenceCalls = 0, toolCalls = 0 } = run;
    const series = this.seriesOf(agent, context);
    const failure = failureOf(run);
    const duration =
      failure === undefined
        ? (series.duration ??= this.duration(series.labels))
        : this.duration(series.labels, failure);
    duration.observe(seconds);
    series.inferenceCalls.observe(inferenceCalls);
    series.toolCalls.observe(toolCalls);
    if (run.usage !== undefined || run.costs !== undefined) {
      const { isEstimated = false } = run;
      this.writeTotals(run, ofSource(series.totals, isEstimated));
    }
  }

  private writeTotals(
    { usage = {}, costs = [] }: EndedAgentRun,
    totals: KeptSeries,
  ): void {
    const batch = new RecordingBatch();
    for (const [direction, tokens] of [
      ['input', usage.inputTokens],
      ['output', usage.outputTokens],
    ] as const) {
      if (tokens === undefined) continue;
      batch.addTo(
        totals.of(OWN_METRICS.runTokens, 'direction', direction),
        tokens,
      );
    }
    for (const { amount, currency } of costs) {
      const series = totals.of(OWN_METRICS.runCost, 'currency', currency);
      batch.addTo(series, Number(amount));
    }
    batch.write();
  }

  private seriesOf(
    agent: string,
    context: LabelsInForce | undefined,
  ): RunSeries {
    const key = context === undefined ? agent : joinedKey([context.key, agent]);
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const { instruments } = this;
    const labels = { ...context?.labels, ...agentLabels(agent) };
    const series = {
      labels,
      inferenceCalls: instruments
        .histogram(GEN_AI_METRICS.agentInferenceCalls)
        .labels(labels),
      toolCalls: instruments
        .histogram(GEN_AI_METRICS.agentToolCalls)
        .labels(labels),
      totals: new KeptSeries(instruments, { ...context?.labels, agent }),
      duration: undefined,
    };
    if (this.kept.size < MAX_KEPT) this.kept.set(key, series);
    return series;
  }

  private duration(of: Labels, failure?: string): HistogramSeries {
    const labels = { error_type: failure, ...of };
    return this.instruments
      .histogram(GEN_AI_METRICS.agentDuration)
      .labels(labels);
  }
}

export function agentLabels(agent: string) {
  return {
    gen_ai_operation_name: 'invoke_agent',
    gen_ai_agent_name: agent,
  };
}
