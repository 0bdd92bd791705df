import { getOrInsert } from '../../core/get-or-insert.js';
import type { Heat, Points, QuantilePoints } from '../answers.js';
import type { TrackedSeries } from '../history/tracked-series.js';
import { BucketSteps } from '../query/measures.js';
import type { Query } from '../query/query.js';

/**
 * How long calls took over time. Histograms with other buckets cannot be added up: those of
 * the metric with the most calls are shown.
 */
export class LatencyMeasure {
  private readonly byMetric = new Map<
    string,
    { lines: BucketSteps; bars: BucketSteps }
  >();

  constructor(private readonly query: Query) {}

  watch(series: TrackedSeries): void {
    const { query } = this;
    const { window } = query;
    const { name, bounds } = series.metric;
    const steps = getOrInsert(this.byMetric, name, () => ({
      lines: new BucketSteps(window, 'lines', bounds),
      bars: new BucketSteps(window, 'bars', bounds),
    }));
    query.watch(series, steps.lines);
    query.watch(series, steps.bars);
  }

  points(): QuantilePoints {
    const none = this.query.window.nothing('lines');
    return this.most?.lines.quantiles() ?? { p50: none, p95: none, p99: none };
  }

  p95(): Points {
    const { most, query } = this;
    return most?.lines.quantile(0.95) ?? query.window.nothing('lines');
  }

  heat(): Heat {
    return this.most?.bars.heat() ?? { low: 0, bounds: [], cells: [] };
  }

  private get most() {
    const [most] = [...this.byMetric.values()].sort(
      (a, b) => b.lines.total - a.lines.total,
    );
    return most;
  }
}
