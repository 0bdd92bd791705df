import type {
  Charge,
  ChargeRequest,
  PriceList,
} from '../../accounting/prices/price-list.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../../core/catch-and-report.js';
import { checkIncrement, type CounterSeries } from '../../model/counter.js';
import { ExactTotals } from './exact-totals.js';
import type { RecordedMetric } from './gen-ai-instruments.js';
import type { KeptSeries } from './kept-series.js';
import { OWN_METRICS } from './own-metrics.js';
import type { RecordingBatch } from './recording-batch.js';
import { asksModel, failureOf, type Inference } from './recordings.js';

/** Counts what inferences cost, and those whose cost is unknown or a lower bound. */
export class CostCounters {
  private readonly totals = new ExactTotals();

  constructor(
    private readonly collector: MetricsCollector,
    private readonly prices: PriceList,
  ) {}

  /**
   * Adds the cost of an inference to a batch.
   *
   * @param own the series of our own metrics for the inference.
   * @returns the cost; `undefined` if it is unknown.
   */
  add(
    batch: RecordingBatch,
    inference: Inference,
    own: KeptSeries,
  ): Charge | undefined {
    const charge = this.prices.charge(requestOf(inference));
    if (charge !== undefined) this.addCost(batch, own, charge);
    const gap = this.gapOf(inference, charge);
    if (gap !== undefined) batch.addTo(own.of(gap), 1);
    this.reportUnused(inference, charge);
    return charge;
  }

  private addCost(
    batch: RecordingBatch,
    own: KeptSeries,
    { amount, currency, basis }: Charge,
  ): void {
    checkIncrement(amount.toNumber(), OWN_METRICS.cost.name);
    const costs = own.with('currency', currency);
    batch.addTotal(
      costs.of(OWN_METRICS.cost, 'source', basis) as CounterSeries,
      (series) => this.totals.add(series, amount),
    );
  }

  /** The counter of inferences whose cost is not fully known; `undefined` if it is, or if there are no prices. */
  // Why: docs/decisions/accounting.md, "Unknown and partial costs are counted".
  private gapOf(
    inference: Inference,
    charge: Charge | undefined,
  ): RecordedMetric | undefined {
    if (tellsTokens(inference)) {
      return inference.isPartial === true
        ? OWN_METRICS.partialUsage
        : undefined;
    }
    const isMissing =
      charge === undefined &&
      asksModel(inference) &&
      hasAnswered(inference) &&
      this.prices.hasPrice(requestOf(inference));
    return isMissing ? OWN_METRICS.withoutUsage : undefined;
  }

  private reportUnused(inference: Inference, charge: Charge | undefined): void {
    const { reportedCost } = inference;
    if (reportedCost !== undefined && charge?.basis !== 'reported') {
      this.reportError(
        'cost_currency',
        `it reports its cost in ${reportedCost.currency}, of which there are no prices; that cost is not counted`,
        inference,
      );
    }
    if (charge !== undefined || !tellsTokens(inference)) return;
    if (this.prices.isEmpty) return;
    const problem = this.prices.hasPrice(requestOf(inference))
      ? 'its price lacks one for some of its tokens; they are counted, their cost is not'
      : 'no price matches; its tokens are counted, their cost is not';
    this.reportError('unpriced_model', problem, inference);
  }

  private reportError(
    cause: string,
    problem: string,
    { provider, model, responseModel = model }: Inference,
  ): void {
    const where = `model "${responseModel}" of provider "${provider}"`;
    report(this.collector, cause, new Error(problem), where);
  }
}

function requestOf(inference: Inference): ChargeRequest {
  const { provider, model } = inference;
  return { provider, model, answer: inference };
}

function tellsTokens({ usage = {}, billedTokens = {} }: Inference): boolean {
  const input = usage.inputTokens ?? billedTokens.inputTokens;
  const output = usage.outputTokens ?? billedTokens.outputTokens;
  return input !== undefined || output !== undefined;
}

/** Whether the provider bills the inference: not if it failed before the first chunk. */
function hasAnswered(inference: Inference): boolean {
  const { secondsToFirstChunk } = inference;
  return (
    failureOf(inference) === undefined || secondsToFirstChunk !== undefined
  );
}
