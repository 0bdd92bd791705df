import {
  STEPS_PER_CLOCK_READ,
  TimeSlice,
  type EventLoopYielder,
} from '../core/event-loop-yielder.js';
import type { LabelSet } from '../model/labels.js';
import type { MetricsSource } from '../registry/gatherer.js';
import type { MetricFamily } from '../registry/metric-family.js';
import { relabelled } from '../registry/relabelled.js';
import {
  type AcquiredPage,
  CoalescingRenderer,
} from './coalescing-renderer.js';
import type { Format, FormattedPage } from './formats/format.js';
import type { PageWriter } from './page-writer.js';

/** Which page to render. */
export interface PageRequest {
  readonly format: Format;
  /** Only metrics with these names, of their own or of their samples. Default: all. */
  readonly names?: readonly string[] | undefined;
  /** Only the metric that is registered under this name. */
  readonly registered?: string | undefined;
  /** Milliseconds until the page is needed. Default: no limit. */
  readonly timeLeft?: number | undefined;
}

/**
 * Renders pages of a registry: our metrics and those of prom-client. Requests for a
 * page that is being rendered share it.
 */
export class PageRenderer {
  private readonly whole: CoalescingRenderer;
  /** Renders pages of some metrics only. Separate, as there may be many different ones, and whole pages must not wait for them. */
  private readonly parts: CoalescingRenderer;

  /** @param startExemplarWindow is called when a page with exemplars was written. */
  constructor(
    private reads: MetricsSource,
    private readonly yielder: EventLoopYielder,
    private readonly startExemplarWindow: () => void,
  ) {
    const sharesRunning = () => this.reads.spansProcesses !== true;
    this.whole = new CoalescingRenderer(yielder, sharesRunning);
    this.parts = new CoalescingRenderer(yielder, sharesRunning);
  }

  /** What pages are read from. */
  get source(): MetricsSource {
    return this.reads;
  }

  /** Reads the metrics of pages from another source from now on. */
  readFrom(source: MetricsSource): void {
    this.reads = source;
  }

  /** Renders a page, or shares one. It must be released after use. */
  acquire(request: PageRequest): Promise<AcquiredPage> {
    const { format, names, registered, timeLeft } = request;
    const key = JSON.stringify([format.contentType, names, registered]);
    const isWhole = names === undefined && registered === undefined;
    const renderer = isWhole ? this.whole : this.parts;
    return renderer.acquire(key, (out) => this.write(request, out), timeLeft);
  }

  private async write(
    { format, names, registered }: PageRequest,
    out: PageWriter,
  ): Promise<readonly Buffer[]> {
    const slice = new TimeSlice(this.yielder);
    const { headers, metrics, added } = await this.source.gather(
      { names, registered },
      slice,
    );
    const page = format.begin(headers, out);
    for (const metric of metrics) {
      await this.writeMetric(metric, added, page, slice);
    }
    page.end();
    if (format.hasExemplars) this.startExemplarWindow();
    return out.end();
  }

  private async writeMetric(
    metric: MetricFamily,
    added: LabelSet,
    page: FormattedPage,
    slice: TimeSlice,
  ): Promise<void> {
    const writer = this.beginMetric(metric, page);
    if (writer === undefined) return;
    const { write, end } = writer;
    const { name, cells } = metric;
    const hasAdded = added.names.length > 0;
    const cellsAtOnce = Math.ceil(STEPS_PER_CLOCK_READ / samplesOf(metric));
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      write(hasAdded ? relabelled(cell, name, added) : cell);
      if (i % cellsAtOnce === 0 && slice.isUsedUp()) await slice.yield();
    }
    end();
  }

  private beginMetric(metric: MetricFamily, page: FormattedPage) {
    try {
      return page.begin(metric);
    } catch (error) {
      this.source.reportFailed(metric.name, error);
      return undefined;
    }
  }
}

/** Samples of each series: its buckets, `+Inf`, the sum and the count, or its value. */
function samplesOf({ type, bounds }: MetricFamily): number {
  return type === 'histogram' ? bounds.length + 3 : 1;
}
