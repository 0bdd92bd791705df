import {
  GEN_AI_METRICS,
  type GenAiMetric,
  kindOfOperation,
} from '../../core/gen-ai-conventions.js';
import { sum } from '../../accounting/fields.js';
import type { TokensByModality, TokenUsage } from '../../accounting/usage.js';
import { addChunks } from './chunk-times.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import { ofSource, type SeriesOfInference } from './inference-series.js';
import type { EndedInference, InferenceRecorder } from './inference-writer.js';
import type { KeptSeries } from './kept-series.js';
import type { RecordingBatch } from './recording-batch.js';
import { failureOf, type Inference } from './recordings.js';

const DURATIONS = {
  inference: GEN_AI_METRICS.inferenceDuration,
  embeddings: GEN_AI_METRICS.embeddingsDuration,
  other: GEN_AI_METRICS.operationDuration,
} as const;

/** Kinds of content that the conventions name. All others are `unknown`. */
const MODALITIES = ['text', 'image', 'audio'] as const;

/** Records inferences, embeddings and other requests by the conventions as they are now. */
export class CurrentInference implements InferenceRecorder {
  constructor(private readonly instruments: GenAiInstruments) {}

  add(
    batch: RecordingBatch,
    { inference, isEstimated, moreChunks }: EndedInference,
    series: SeriesOfInference,
  ): void {
    const kind = kindOfOperation(inference.operation ?? 'chat');
    const duration = DURATIONS[kind];
    const { plain } = series;
    batch.addTo(
      plain.of(duration, 'error_type', failureOf(inference)),
      inference.seconds,
    );
    if (kind === 'other') return;
    const usage = billed(inference);
    const totals = ofSource(plain, isEstimated);
    if (kind === 'embeddings') {
      addTokens(
        batch,
        totals,
        GEN_AI_METRICS.embeddingsInputTokens,
        usage.inputTokens,
      );
      return;
    }
    addTokens(batch, totals, GEN_AI_METRICS.inputTokens, usage.inputTokens);
    addTokens(batch, totals, GEN_AI_METRICS.outputTokens, usage.outputTokens);
    addUsage(batch, ofSource(series.ofAgent, isEstimated), usage);
    addChunks(
      { batch, instruments: this.instruments, series: plain },
      inference,
      GEN_AI_METRICS,
      moreChunks,
    );
  }
}

/** Where a provider tells both used and billed tokens, the conventions want the billed ones. Parts that exceed these are left out. */
function billed({ usage = {}, billedTokens = {} }: Inference): TokenUsage {
  const { inputTokens = usage.inputTokens } = billedTokens;
  const { outputTokens = usage.outputTokens } = billedTokens;
  if (
    inputTokens === usage.inputTokens &&
    outputTokens === usage.outputTokens
  ) {
    return usage;
  }
  const ofInput = within(inputTokens);
  return {
    inputTokens,
    outputTokens,
    cachedInputTokens: ofInput(usage.cachedInputTokens),
    cacheWriteTokens: ofInput(usage.cacheWriteTokens),
    cacheWriteHourTokens: ofInput(usage.cacheWriteHourTokens),
    reasoningTokens: within(outputTokens)(usage.reasoningTokens),
  };
}

function within(total = Infinity) {
  return (part: number | undefined) =>
    part !== undefined && part <= total ? part : undefined;
}

function addTokens(
  batch: RecordingBatch,
  series: KeptSeries,
  metric: GenAiMetric,
  tokens: number | undefined,
): void {
  if (tokens !== undefined) batch.addTo(series.of(metric), tokens);
}

function addUsage(
  batch: RecordingBatch,
  series: KeptSeries,
  usage: TokenUsage,
): void {
  const add = (
    metric: GenAiMetric,
    tokens: number | undefined,
    parts?: TokensByModality,
  ) => addByModality(batch, series, metric, tokens, parts);
  add(GEN_AI_METRICS.inputTokensUsed, usage.inputTokens, usage.inputByModality);
  add(
    GEN_AI_METRICS.outputTokensUsed,
    usage.outputTokens,
    usage.outputByModality,
  );
  add(
    GEN_AI_METRICS.cacheReadTokensUsed,
    usage.cachedInputTokens,
    usage.cachedInputByModality,
  );
  add(
    GEN_AI_METRICS.cacheWriteTokensUsed,
    sum(usage.cacheWriteTokens, usage.cacheWriteHourTokens),
  );
  add(GEN_AI_METRICS.reasoningTokensUsed, usage.reasoningTokens);
}

/** What the provider does not break down is of an unknown kind. */
function addByModality(
  batch: RecordingBatch,
  series: KeptSeries,
  metric: GenAiMetric,
  tokens: number | undefined,
  parts: TokensByModality | undefined,
): void {
  if (tokens === undefined) return;
  const label = 'gen_ai_token_modality';
  let rest = tokens;
  for (const modality of parts === undefined ? [] : MODALITIES) {
    const part = Math.min(rest, parts![modality] ?? 0);
    if (part > 0) batch.addTo(series.of(metric, label, modality), part);
    rest -= part;
  }
  if (rest > 0 || tokens === 0) {
    batch.addTo(series.of(metric, label, 'unknown'), rest);
  }
}
