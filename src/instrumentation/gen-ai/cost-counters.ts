import { hasTotals } from '../../accounting/estimated-usage.js';
import type {
  Charge,
  ChargeRequest,
  PriceList,
} from '../../accounting/prices/price-list.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../../core/catch-and-report.js';
import type { ErrorCause } from '../../core/message-links.js';
import { checkIncrement, type CounterSeries } from '../../model/counter.js';
import { ExactTotals } from './exact-totals.js';
import type { EndedInference } from './inference-writer.js';
import type { KeptSeries } from './kept-series.js';
import { OWN_METRICS } from './own-metrics.js';
import type { RecordingBatch } from './recording-batch.js';
import { type Inference, isBilled } from './recordings.js';

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
    { inference, isEstimated }: EndedInference,
    own: KeptSeries,
  ): Charge | undefined {
    const charge = this.prices.charge(requestOf(inference));
    if (charge !== undefined) this.addCost(batch, own, charge, isEstimated);
    if (hasTotals(inference)) {
      const { isPartial = false } = inference;
      if (isPartial) batch.addTo(own.of(OWN_METRICS.partialUsage), 1);
      if (isEstimated) batch.addTo(own.of(OWN_METRICS.estimatedUsage), 1);
    } else if (charge === undefined && this.isMissing(inference)) {
      batch.addTo(own.of(OWN_METRICS.withoutUsage), 1);
    }
    this.reportUnused(inference, charge);
    return charge;
  }

  private addCost(
    batch: RecordingBatch,
    own: KeptSeries,
    { amount, currency, basis }: Charge,
    isEstimated: boolean,
  ): void {
    checkIncrement(amount.toNumber(), OWN_METRICS.cost.name);
    const costs = own.with('currency', currency);
    const isOfEstimate = isEstimated && basis === 'prices';
    const source = isOfEstimate ? 'estimated' : basis;
    batch.addTotal(
      costs.of(OWN_METRICS.cost, 'source', source) as CounterSeries,
      (series) => this.totals.add(series, amount),
    );
  }

  /** Whether an inference without tokens has cost something, which is then missing. */
  // Why: docs/decisions/accounting.md, "Unknown and partial costs are counted".
  private isMissing(inference: Inference): boolean {
    return isBilled(inference) && this.prices.hasPrice(requestOf(inference));
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
    if (charge !== undefined || !hasTotals(inference)) return;
    if (this.prices.isEmpty) return;
    const problem = this.prices.hasPrice(requestOf(inference))
      ? 'its price lacks one for some of its tokens; they are counted, their cost is not'
      : 'no price matches; its tokens are counted, their cost is not';
    this.reportError('unpriced_model', problem, inference);
  }

  private reportError(
    cause: ErrorCause,
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
