import { FORMER_GEN_AI_METRICS } from '../../core/gen-ai-conventions.js';
import { addChunks } from './chunk-times.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import { ofSource, type SeriesOfInference } from './inference-series.js';
import type { EndedInference, InferenceRecorder } from './inference-writer.js';
import { FORMER_OWN_METRICS } from './own-metrics.js';
import type { RecordingBatch } from './recording-batch.js';
import { failureOf } from './recordings.js';

// Why: docs/decisions/instrumentation.md, "Each kind of tokens has a counter of its own".
const TOKEN_KINDS = Object.keys(
  FORMER_OWN_METRICS,
) as (keyof typeof FORMER_OWN_METRICS)[];

/** Records all requests by the conventions of v1.41, which had one duration and one histogram of tokens for them. */
export class FormerInference implements InferenceRecorder {
  constructor(private readonly instruments: GenAiInstruments) {}

  add(
    batch: RecordingBatch,
    { inference, isEstimated, moreChunks }: EndedInference,
    { plain, own }: SeriesOfInference,
  ): void {
    const { operationDuration, tokenUsage } = FORMER_GEN_AI_METRICS;
    const duration = plain.of(
      operationDuration,
      'error_type',
      failureOf(inference),
    );
    batch.addTo(duration, inference.seconds);
    const { usage = {} } = inference;
    const totals = ofSource(plain, isEstimated);
    const counters = ofSource(own, isEstimated);
    for (const [type, tokens] of [
      ['input', usage.inputTokens],
      ['output', usage.outputTokens],
    ] as const) {
      if (tokens === undefined) continue;
      batch.addTo(totals.of(tokenUsage, 'gen_ai_token_type', type), tokens);
    }
    for (const kind of TOKEN_KINDS) {
      const tokens = usage[kind];
      if (tokens !== undefined) {
        batch.addTo(counters.of(FORMER_OWN_METRICS[kind]), tokens);
      }
    }
    addChunks(
      { batch, instruments: this.instruments, series: plain },
      inference,
      FORMER_GEN_AI_METRICS,
      moreChunks,
    );
  }
}
