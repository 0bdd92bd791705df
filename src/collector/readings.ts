import { Snapshots } from '../exporters/pipeline/snapshots.js';
import type { MetricRegistry } from '../registry/metric-registry.js';
import { Page } from '../exposition/page.js';
import { Gatherer } from '../registry/gatherer.js';
import { EventLoopYielder } from '../core/event-loop-yielder.js';
import type { Families } from './families.js';
import type { SelfReport } from './self-metrics.js';
import { TraceExemplars } from './trace-exemplars.js';

/** Reads all metrics of a registry, for pages and for snapshots, which share their turns and take exemplars. */
export class Readings {
  readonly page: Page;
  readonly snapshots: Snapshots;
  private readonly exemplars: TraceExemplars;

  constructor(
    registry: MetricRegistry,
    families: Families,
    private readonly report: SelfReport,
  ) {
    this.exemplars = new TraceExemplars((source) =>
      families.setExemplarSampler(source),
    );
    const reader = new Gatherer(registry, (metric, error) =>
      report.reportError('foreign_metric', error, `metric "${metric}"`),
    );
    const yielder = new EventLoopYielder();
    const exemplarsShown = () => this.exemplars.shown();
    this.page = new Page(reader, yielder, exemplarsShown);
    this.snapshots = new Snapshots(reader, yielder, exemplarsShown);
  }

  /** Lets recordings take exemplars, if the app is traced. Returns what ends that. */
  async followTraces(): Promise<() => void> {
    await this.exemplars
      .start()
      .catch((error: unknown) => this.report.reportError('exemplars', error));
    return () => this.exemplars.stop();
  }
}
