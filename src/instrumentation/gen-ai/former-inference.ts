import { FORMER_GEN_AI_METRICS } from '../../core/gen-ai-conventions.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { addChunks } from './chunk-times.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import type { SeriesOfInference } from './inference-series.js';
import type { EndedInference, InferenceRecorder } from './inference-writer.js';
import type { RecordingBatch } from './recording-batch.js';
import { failureOf } from './recordings.js';
import { TokenCounters } from './token-counters.js';

/** Records all requests by the conventions of v1.41, which had one duration and one histogram of tokens for them. */
export class FormerInference implements InferenceRecorder {
  private readonly tokens: TokenCounters;

  constructor(
    private readonly instruments: GenAiInstruments,
    collector: MetricsCollector,
  ) {
    this.tokens = new TokenCounters(collector);
  }

  add(
    batch: RecordingBatch,
    { inference, agent, moreChunks }: EndedInference,
    { plain }: SeriesOfInference,
  ): void {
    const { operationDuration, tokenUsage } = FORMER_GEN_AI_METRICS;
    const duration = plain.of(
      operationDuration,
      'error_type',
      failureOf(inference),
    );
    batch.addTo(duration, inference.seconds);
    const { inputTokens, outputTokens } = inference.usage ?? {};
    for (const [type, tokens] of [
      ['input', inputTokens],
      ['output', outputTokens],
    ] as const) {
      if (tokens === undefined) continue;
      batch.addTo(plain.of(tokenUsage, 'gen_ai_token_type', type), tokens);
    }
    this.tokens.add(batch, inference, agent);
    addChunks(
      { batch, instruments: this.instruments, series: plain },
      inference,
      FORMER_GEN_AI_METRICS,
      moreChunks,
    );
  }
}
