import type {
  Charge,
  ChargeRequest,
  PriceList,
} from '../../accounting/prices/price-list.js';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../../core/catch-and-report.js';
import {
  checkIncrement,
  type Counter,
  type CounterSeries,
} from '../../model/counter.js';
import type { Labels } from '../../model/labels.js';
import type { LabelsInForce } from './context-labels.js';
import type { EndedInference } from './inference-writer.js';
import { ExactTotals } from './exact-totals.js';
import type { RecordingBatch } from './recording-batch.js';
import { asksModel, failureOf, type Inference } from './recordings.js';

const COUNTERS = {
  agent_cost_total:
    'What inferences cost, by currency and source: computed from prices, or reported by the provider.',
  agent_inferences_without_usage_total:
    'Inferences whose tokens are unknown although their model has a price: their cost is missing.',
  agent_inferences_partial_usage_total:
    'Inferences of which a part of the tokens is known: their cost is a lower bound.',
} as const;

/** How many series are kept. Without a limit, unexpected names of models would fill the memory. */
const MAX_KEPT = 1_000;

interface CostLabels {
  readonly agent: string | undefined;
  readonly model: string;
  readonly provider: string;
  /** Those of the context. */
  readonly context: LabelsInForce | undefined;
}

/** Counts what inferences cost, and those whose cost is unknown or a lower bound. */
export class CostCounters {
  private readonly counters = new Map<string, Counter>();
  /** The series of costs by their labels, so that an inference looks up none. */
  private readonly costs = new Map<string, CounterSeries>();
  private readonly totals = new ExactTotals();

  constructor(
    private readonly collector: MetricsCollector,
    private readonly prices: PriceList,
  ) {}

  /**
   * Adds the cost of an inference to a batch.
   *
   * @returns the cost; `undefined` if it is unknown.
   */
  add(
    batch: RecordingBatch,
    { inference, agent, context }: EndedInference,
  ): Charge | undefined {
    const { provider, model, responseModel = model } = inference;
    const labels = { agent, model: responseModel, provider, context };
    const charge = this.prices.charge({ provider, model, answer: inference });
    if (charge !== undefined) this.addCost(batch, labels, charge);
    const gap = this.gapOf(inference, charge);
    if (gap !== undefined) batch.add(this.counter(gap), labelsOf(labels), 1);
    this.reportUnused(inference, charge);
    return charge;
  }

  private addCost(
    batch: RecordingBatch,
    labels: CostLabels,
    charge: Charge,
  ): void {
    const { amount } = charge;
    checkIncrement(amount.toNumber(), 'agent_cost_total');
    batch.addTotal(this.costSeries(labels, charge), (series) =>
      this.totals.add(series, amount),
    );
  }

  private costSeries(
    given: CostLabels,
    { currency, basis: source }: Charge,
  ): CounterSeries {
    const { agent, model, provider, context } = given;
    const parts = [agent, model, provider, currency, source, context?.key];
    const key = parts.join('\n');
    const kept = this.costs.get(key);
    if (kept !== undefined) return kept;
    const labels = { ...labelsOf(given), currency, source };
    const series = this.counter('agent_cost_total').labels(labels);
    if (this.costs.size < MAX_KEPT) this.costs.set(key, series);
    return series;
  }

  /** The counter of inferences whose cost is not fully known; `undefined` if it is, or if there are no prices. */
  // Why: docs/decisions/accounting.md, "Unknown and partial costs are counted".
  private gapOf(
    inference: Inference,
    charge: Charge | undefined,
  ): keyof typeof COUNTERS | undefined {
    if (tellsTokens(inference)) {
      return inference.isPartial === true
        ? 'agent_inferences_partial_usage_total'
        : undefined;
    }
    const isMissing =
      charge === undefined &&
      asksModel(inference) &&
      hasAnswered(inference) &&
      this.prices.hasPrice(requestOf(inference));
    return isMissing ? 'agent_inferences_without_usage_total' : undefined;
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

  private counter(name: keyof typeof COUNTERS): Counter {
    let counter = this.counters.get(name);
    if (counter === undefined) {
      const description = COUNTERS[name];
      counter = this.collector.counter(name, {
        description,
        initialLabels: [],
      });
      this.counters.set(name, counter);
    }
    return counter;
  }
}

function labelsOf({ context, ...own }: CostLabels): Labels {
  return { ...context?.labels, ...own };
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
