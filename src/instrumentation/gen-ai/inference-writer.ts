import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Tally } from '../../model/tally.js';
import { report } from '../../core/catch-and-report.js';
import { CostCounters } from './cost-counters.js';
import { RecordingBatch } from './recording-batch.js';
import type { GenAiInstruments, GenAiLabels } from './gen-ai-instruments.js';
import type { PriceList } from '../../accounting/prices/price-list.js';
import { failureOf, type Inference } from './recordings.js';
import { TokenCounters } from './token-counters.js';

/** Writes inferences that were checked: their times, their tokens and what they cost. */
export class InferenceWriter {
  private readonly tokens: TokenCounters;
  private readonly costs: CostCounters;

  constructor(
    private readonly instruments: GenAiInstruments,
    private readonly collector: MetricsCollector,
    prices: PriceList,
  ) {
    this.tokens = new TokenCounters(collector);
    this.costs = new CostCounters(collector, prices);
  }

  /** @throws {MetricsError} if a part cannot be recorded; nothing is recorded then. */
  // Why: docs/decisions/instrumentation.md, "An inference is recorded as a whole".
  write(
    inference: Inference,
    agent: string | undefined,
    moreChunks: Tally | undefined,
  ): void {
    const { instruments } = this;
    const { seconds, secondsToFirstChunk, usage } = inference;
    const batch = new RecordingBatch();
    const failure = failureOf(inference);
    batch.add(
      instruments.histogram('operationDuration'),
      inferenceLabels(inference, { failure }),
      seconds,
    );
    if (secondsToFirstChunk !== undefined) {
      batch.add(
        instruments.histogram('timeToFirstChunk'),
        inferenceLabels(inference),
        secondsToFirstChunk,
      );
    }
    this.addChunks(batch, inference, moreChunks);
    this.addTokens(batch, inference, 'input', usage?.inputTokens);
    this.addTokens(batch, inference, 'output', usage?.outputTokens);
    this.tokens.add(batch, inference, agent);
    this.costs.add(batch, inference, agent);
    batch.write();
    if (moreChunks !== undefined) this.reportMissedEvents(moreChunks);
  }

  private addChunks(
    batch: RecordingBatch,
    inference: Inference,
    moreChunks: Tally | undefined,
  ): void {
    const { secondsPerOutputChunk = [] } = inference;
    if (secondsPerOutputChunk.length === 0) return;
    batch.addAll(
      this.instruments.histogram('timePerOutputChunk'),
      inferenceLabels(inference),
      secondsPerOutputChunk,
      moreChunks,
    );
  }

  /** Times that were counted by bucket are not sent as events, e.g. to StatsD. */
  private reportMissedEvents({ length }: Tally): void {
    const { name, hasListener } =
      this.instruments.histogram('timePerOutputChunk');
    if (!hasListener) return;
    const text = `A stream was so long that ${length} times of its chunks are in the histogram "${name}" but were not sent as events`;
    report(this.collector, 'chunk_events', new Error(text));
  }

  private addTokens(
    batch: RecordingBatch,
    inference: Inference,
    direction: 'input' | 'output',
    tokens: number | undefined,
  ): void {
    if (tokens === undefined) return;
    const labels = inferenceLabels(inference, { direction });
    batch.add(this.instruments.histogram('tokenUsage'), labels, tokens);
  }
}

interface MoreLabels {
  failure?: string | undefined;
  direction?: 'input' | 'output';
}

/** Every label has a key, even without a value: objects of one shape are much faster than copies with other keys. */
function inferenceLabels(
  { operation = 'chat', provider, model, responseModel }: Inference,
  { failure, direction }: MoreLabels = {},
): GenAiLabels {
  return {
    error_type: failure,
    gen_ai_operation_name: operation,
    gen_ai_provider_name: provider,
    gen_ai_request_model: model,
    gen_ai_response_model: responseModel,
    gen_ai_token_type: direction,
  };
}
