import type { CounterSeries } from '../../model/counter.js';
import type { HistogramSeries } from '../../model/histogram.js';
import type { LabelValue } from '../../model/labels.js';
import type { GenAiInstruments, RecordedMetric } from './gen-ai-instruments.js';

/** The series of a counter or of a histogram. */
export type AnySeries = CounterSeries | HistogramSeries;

/** Texts by label. Labels without a value are left out. */
type Texts = Readonly<Record<string, LabelValue | undefined>>;

/** How many values of one label are kept by metric. Without a limit, unexpected names of errors would fill the memory. */
const MAX_VALUES = 100;

/** The series with the same labels, by metric and by the value of one further label: a recording looks up no labels. */
export class KeptSeries {
  private readonly kept = new Map<
    RecordedMetric,
    Map<string | undefined, AnySeries>
  >();
  private readonly narrower = new Map<string, Map<string, KeptSeries>>();

  constructor(
    private readonly instruments: GenAiInstruments,
    readonly labels: Texts,
  ) {}

  /**
   * @param label a label in addition to those that all series have; absent without a value.
   * @throws {MetricsError} if the metric does not take the labels, or is one of another type.
   */
  of(metric: RecordedMetric, label?: string, value?: string): AnySeries {
    let byValue = this.kept.get(metric);
    if (byValue === undefined) this.kept.set(metric, (byValue = new Map()));
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const labels =
      label === undefined ? this.labels : { ...this.labels, [label]: value };
    const series = this.instruments.get(metric).labels(labels);
    if (byValue.size < MAX_VALUES) byValue.set(value, series);
    return series;
  }

  /** The series that have one further label too. */
  with(label: string, value: string): KeptSeries {
    let byValue = this.narrower.get(label);
    if (byValue === undefined) this.narrower.set(label, (byValue = new Map()));
    const known = byValue.get(value);
    if (known !== undefined) return known;
    const labels = { ...this.labels, [label]: value };
    const series = new KeptSeries(this.instruments, labels);
    if (byValue.size < MAX_VALUES) byValue.set(value, series);
    return series;
  }
}
