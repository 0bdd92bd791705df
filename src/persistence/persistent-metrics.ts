import { randomBytes } from 'node:crypto';
import type { ErrorReporter } from '../core/catch-and-report.js';
import { monotonicMilliseconds } from '../core/clock.js';
import { MetricConflictError } from '../core/errors.js';
import {
  type EventLoopYielder,
  TimeSlice,
} from '../core/event-loop-yielder.js';
import { InOrder } from '../core/in-order.js';
import { runInSlices, runNow } from '../core/stepwise.js';
import { unixTime } from '../core/wall-clock.js';
import {
  Folder,
  metricsOf,
  NO_TOTALS,
  type Totals,
} from '../processes/merge/fold.js';
import {
  lastGaugesOf,
  withLastGauges,
} from '../processes/merge/last-gauges.js';
import type { MemberMetrics } from '../processes/merge/member-metrics.js';
import { MetricsMerger } from '../processes/merge/merged-metrics.js';
import {
  type GatheredMetrics,
  type Gatherer,
  type MetricsSource,
} from '../registry/gatherer.js';
import type { GatherRequest } from '../registry/gather-request.js';
import type { MetricFamily } from '../registry/metric-family.js';
import { shownMetrics } from '../registry/shown-metrics.js';
import { EncodedMember } from './encoded-member.js';
import { isKept } from './kept-metrics.js';
import type { SavedState } from './saved-state.js';
import type { StateOwner, TotalsToSave } from './state-keeper.js';

/** Milliseconds that a save waits for the callback of a metric of prom-client. */
const CALLBACK_LIMIT = 1_000;

/** Receives totals before a page shows them. */
type SaveShown = (totals: TotalsToSave) => Promise<void>;

/**
 * The metrics of a process that go on from where an earlier one ended: what was restored is
 * added to what the process records. The process' own series are as they are.
 */
// Why: docs/decisions/persistence.md, "What was restored is one more member of the page".
export class PersistentMetrics implements MetricsSource, StateOwner {
  readonly id = randomBytes(8).toString('hex');
  private restored: { totals: Totals; metrics: MemberMetrics } = {
    totals: NO_TOTALS,
    metrics: metricsOf(NO_TOTALS),
  };
  private isCleared = false;
  private readonly encoder = new EncodedMember(unixTime());
  private readonly merger = new MetricsMerger();
  private readonly folder = new Folder(isKept);
  /** One at a time: they share the merged cells. */
  private readonly pages = new InOrder();

  constructor(
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly errors: ErrorReporter,
    private readonly saveShown: SaveShown,
  ) {}

  async adopt(saved: SavedState | undefined): Promise<boolean> {
    const totals = (!this.isCleared && saved?.totals) || NO_TOTALS;
    this.restored = { totals, metrics: metricsOf(totals) };
    return true;
  }

  /** Forgets what was restored, or would be later. */
  clear(): void {
    this.isCleared = true;
    this.restored = { totals: NO_TOTALS, metrics: metricsOf(NO_TOTALS) };
  }

  gather(request: GatherRequest): Promise<GatheredMetrics> {
    return this.pages.run(() => this.gatherNow(request));
  }

  reportFailed(metric: string, error: unknown): void {
    this.gatherer.reportFailed(metric, error);
  }

  /** The totals as they are now. Callbacks of gauges are not called. */
  async read(): Promise<TotalsToSave> {
    const { metrics, unread } = await this.gatherer.gather(
      { limit: CALLBACK_LIMIT, totalsOnly: true },
      new TimeSlice(this.yielder),
    );
    return this.totalsOf(this.encode(metrics, unread));
  }

  /** The totals as they are now, while the process ends. Metrics of prom-client, which can only be read asynchronously, have the values of the last page or save. */
  readNow(): { at: number; fold: () => Totals } {
    const ours = this.gatherer.totalsNow();
    const names = new Set(ours.map(({ name }) => name));
    const own = this.encoder.encode(
      ours.filter(isKept),
      ({ name }) => !names.has(name),
    );
    const gauges = this.gauges();
    return {
      at: monotonicMilliseconds(),
      fold: () => {
        const folding = this.folder.fold([own, this.restored.metrics]);
        return { ...runNow(folding).totals, gauges };
      },
    };
  }

  private async gatherNow(request: GatherRequest): Promise<GatheredMetrics> {
    const slice = new TimeSlice(this.yielder);
    // All metrics, whichever are requested: the totals of all are saved.
    const { limit, except, isShown = true } = request;
    const gathered = await this.gatherer.gather(
      { limit, except, isShown },
      slice,
    );
    const own = this.encode(gathered.metrics, gathered.unread);
    const all = withLastGauges(
      await this.withRestored(gathered.metrics, own, slice),
      this.restored.totals.gauges,
    );
    if (isShown) await this.saveShown(this.totalsOf(own));
    return { ...gathered, ...shownMetrics(all, request) };
  }

  private encode(
    metrics: readonly MetricFamily[],
    unread: readonly string[],
  ): MemberMetrics {
    return this.encoder.encode(metrics.filter(isKept), ({ name }) =>
      unread.includes(name),
    );
  }

  /** The same metrics with what was restored of them, and after them those that were only restored. */
  private async withRestored(
    metrics: readonly MetricFamily[],
    own: MemberMetrics,
    slice: TimeSlice,
  ): Promise<readonly MetricFamily[]> {
    const { metrics: restored } = this.restored;
    if (restored.layout.families.length === 0) return metrics;
    const merged = await this.merger.merge([own, restored], slice);
    merged.conflicts.forEach((name) => this.conflicted(name));
    const byName = new Map(merged.metrics.map((one) => [one.name, one]));
    const shown = metrics.map((metric) => {
      const sum = byName.get(metric.name);
      byName.delete(metric.name);
      if (sum !== undefined && !isKept(metric)) this.conflicted(metric.name);
      if (!isKept(metric)) return metric;
      return sum === undefined ? metric : { ...metric, cells: sum.cells };
    });
    return [...shown, ...byName.values()];
  }

  private totalsOf(own: MemberMetrics): TotalsToSave {
    const gauges = this.gauges();
    return {
      at: monotonicMilliseconds(),
      fold: async () => {
        const folding = this.folder.fold([own, this.restored.metrics]);
        const slice = new TimeSlice(this.yielder);
        return { ...(await runInSlices(folding, slice)).totals, gauges };
      },
    };
  }

  private conflicted(name: string): void {
    const error = new MetricConflictError(
      `Metric "${name}" had another type when it was saved; what was saved of it is not shown`,
    );
    this.errors.reportError('persistence', error, `metric "${name}"`);
  }

  private gauges() {
    const set = this.gatherer.persistentNow();
    return lastGaugesOf(withLastGauges(set, this.restored.totals.gauges));
  }
}
