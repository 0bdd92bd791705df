import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { Tally } from '../../model/tally.js';
import { report } from '../../core/catch-and-report.js';
import { Draft } from './draft.js';
import type { GenAiInstruments, GenAiLabels } from './gen-ai-instruments.js';
import type { PriceList } from './price-list.js';
import { failureOf, type Inference } from './recordings.js';
import { TokenAccounts } from './token-accounts.js';

/** Writes inferences that were checked: their times, their tokens and what they cost. */
export class InferenceWriter {
  private readonly tokens: TokenAccounts;

  constructor(
    private readonly instruments: GenAiInstruments,
    private readonly collector: MetricsCollector,
    prices: PriceList | undefined,
  ) {
    this.tokens = new TokenAccounts(collector, prices);
  }

  /** @throws {MetricsError} if some of it cannot be recorded; nothing is recorded then. */
  write(
    inference: Inference,
    agent: string | undefined,
    moreChunks: Tally | undefined,
  ): void {
    const { instruments } = this;
    const { seconds, secondsToFirstChunk, usage } = inference;
    const draft = new Draft();
    const failure = failureOf(inference);
    draft.add(
      instruments.histogram('operationDuration'),
      labelsOf(inference, { failure }),
      seconds,
    );
    if (secondsToFirstChunk !== undefined) {
      draft.add(
        instruments.histogram('timeToFirstChunk'),
        labelsOf(inference),
        secondsToFirstChunk,
      );
    }
    this.draftChunks(draft, inference, moreChunks);
    this.draftTokens(draft, inference, 'input', usage?.inputTokens);
    this.draftTokens(draft, inference, 'output', usage?.outputTokens);
    this.tokens.draft(draft, inference, agent);
    draft.write();
    if (moreChunks !== undefined) this.reportMissedEvents(moreChunks);
  }

  private draftChunks(
    draft: Draft,
    inference: Inference,
    moreChunks: Tally | undefined,
  ): void {
    const { secondsPerOutputChunk = [] } = inference;
    if (secondsPerOutputChunk.length === 0) return;
    draft.addAll(
      this.instruments.histogram('timePerOutputChunk'),
      labelsOf(inference),
      secondsPerOutputChunk,
      moreChunks,
    );
  }

  /** Receivers of events, such as StatsD, get no times that were counted by bucket. */
  private reportMissedEvents({ length }: Tally): void {
    const { name, hasListener } =
      this.instruments.histogram('timePerOutputChunk');
    if (!hasListener) return;
    const text = `A stream was so long that ${length} times of its chunks are in the histogram "${name}" but were not sent as events`;
    report(this.collector, 'chunk_events', new Error(text));
  }

  private draftTokens(
    draft: Draft,
    inference: Inference,
    direction: 'input' | 'output',
    tokens: number | undefined,
  ): void {
    if (tokens === undefined) return;
    const labels = labelsOf(inference, { direction });
    draft.add(this.instruments.histogram('tokenUsage'), labels, tokens);
  }
}

interface MoreLabels {
  failure?: string | undefined;
  direction?: 'input' | 'output';
}

/** Written out: copies of objects with other keys in them are slower than all the rest. */
function labelsOf(
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
