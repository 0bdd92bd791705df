import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { report } from '../../core/catch-and-report.js';
import {
  FORMER_GEN_AI_METRICS,
  GEN_AI_METRICS,
} from '../../core/gen-ai-conventions.js';
import type { Histogram } from '../../model/histogram.js';
import type { Tally } from '../../model/tally.js';
import type { Charge, PriceList } from '../../accounting/prices/price-list.js';
import type { Conventions } from './agents.options.js';
import type { LabelsInForce } from './context-labels.js';
import { CostCounters } from './cost-counters.js';
import { CurrentInference } from './current-inference.js';
import { FinishReasons } from './finish-reasons.js';
import { FormerInference } from './former-inference.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import { InferenceSeries, type SeriesOfInference } from './inference-series.js';
import { RecordingBatch } from './recording-batch.js';
import type { Inference } from './recordings.js';

/** An inference that has ended, with what was found out around it. */
export interface EndedInference {
  readonly inference: Inference;
  readonly agent: string | undefined;
  /** The labels around it. */
  readonly context: LabelsInForce | undefined;
  /** Whether some of its tokens are estimated. */
  readonly isEstimated: boolean;
  /** The times of output chunks that the inference does not list. */
  readonly moreChunks: Tally | undefined;
}

/** What one version of the conventions records of an inference. */
export interface InferenceRecorder {
  /**
   * Adds the recordings to a batch.
   *
   * @throws {MetricsError} if a part cannot be recorded.
   */
  add(
    batch: RecordingBatch,
    ended: EndedInference,
    series: SeriesOfInference,
  ): void;
}

/** Writes inferences that were checked: their times, their tokens and what they cost. */
export class InferenceWriter {
  private readonly costs: CostCounters;
  private readonly series: InferenceSeries;
  private readonly recorders: readonly InferenceRecorder[];

  constructor(
    private readonly instruments: GenAiInstruments,
    private readonly collector: MetricsCollector,
    prices: PriceList,
    private readonly conventions: Conventions,
  ) {
    this.series = new InferenceSeries(instruments);
    this.costs = new CostCounters(collector, prices);
    this.recorders = [
      ...(conventions === 'v1.41' ? [] : [new CurrentInference(instruments)]),
      ...(conventions === 'current' ? [] : [new FormerInference(instruments)]),
      new FinishReasons(),
    ];
  }

  /**
   * @returns the cost; `undefined` if it is unknown.
   * @throws {MetricsError} if a part cannot be recorded; nothing is recorded then.
   */
  // Why: docs/decisions/instrumentation.md, "An inference is recorded as a whole".
  write(ended: EndedInference): Charge | undefined {
    const { moreChunks } = ended;
    const batch = new RecordingBatch();
    const series = this.series.of(ended);
    for (const recorder of this.recorders) {
      recorder.add(batch, ended, series);
    }
    const charge = this.costs.add(batch, ended, series.own);
    batch.write();
    if (moreChunks !== undefined) this.reportMissedEvents(moreChunks);
    return charge;
  }

  /** A tally for the times of output chunks; `undefined` if there is no histogram for them, which writing the inference reports. */
  newChunkTally(): Tally | undefined {
    try {
      return this.chunkTimes.newTally();
    } catch {
      return undefined;
    }
  }

  /** Times that were counted by bucket are not sent as events, e.g. to StatsD. */
  private reportMissedEvents({ length }: Tally): void {
    const { name, hasListener } = this.chunkTimes;
    if (!hasListener) return;
    const text = `A stream was so long that ${length} times of its chunks are in the histogram "${name}" but were not sent as events`;
    report(this.collector, 'chunk_events', new Error(text));
  }

  /** The histogram whose buckets count the times that are not listed: both versions of the conventions have the same ones. */
  private get chunkTimes(): Histogram {
    const metrics =
      this.conventions === 'v1.41' ? FORMER_GEN_AI_METRICS : GEN_AI_METRICS;
    return this.instruments.histogram(metrics.timePerOutputChunk);
  }
}
