import type { LabelSet } from '../model/labels.js';
import type { Content } from './content.js';
import type { MetricFamily } from '../registry/metric-family.js';
import type { Format, FormattedPage } from './formats/format.js';
import type { PageWriter } from './page-writer.js';
import type { Gatherer } from '../registry/gatherer.js';
import { relabelled } from '../registry/relabelled.js';
import { CoalescingRenderer } from './coalescing-renderer.js';
import {
  STEPS_PER_CLOCK_READ,
  TimeSlice,
  type EventLoopYielder,
} from '../core/event-loop-yielder.js';

/** Which page to render. */
export interface PageRequest {
  readonly format: Format;
  /** Only metrics with these names, of their own or of their samples. Default: all. */
  readonly names?: readonly string[] | undefined;
  /** Only the metric that is registered under this name. */
  readonly registered?: string | undefined;
  /** Milliseconds in which it is needed. Default: as long as it takes. */
  readonly patience?: number | undefined;
}

/**
 * Renders the metrics of a registry, ours and those of prom-client alike. A request
 * for a page that is being rendered shares that page.
 */
export class Page {
  private readonly whole: CoalescingRenderer;
  /** Apart: there are as many of these as somebody thinks of, and whole pages must not wait for them. */
  private readonly parts: CoalescingRenderer;

  /** @param exemplarsShown is called when a page with exemplars was written. */
  constructor(
    private readonly reader: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly exemplarsShown: () => void,
  ) {
    this.whole = new CoalescingRenderer(yielder);
    this.parts = new CoalescingRenderer(yielder);
  }

  /** Renders a page, and lends it until `use` has ended. */
  render<T>(
    request: PageRequest,
    use: (content: Content) => T | Promise<T>,
  ): Promise<T> {
    const { format, names, registered, patience } = request;
    const key = JSON.stringify([format.contentType, names, registered]);
    const isWhole = names === undefined && registered === undefined;
    const pages = isWhole ? this.whole : this.parts;
    const write = (out: PageWriter) => this.write(request, out);
    return pages.lend(key, write, use, patience);
  }

  private async write(
    { format, names, registered }: PageRequest,
    out: PageWriter,
  ): Promise<readonly Buffer[]> {
    const slice = new TimeSlice(this.yielder);
    const reading = await this.reader.read({ names, registered }, slice);
    const { heads, metrics, added } = reading;
    const page = format.begin(heads, out);
    for (const metric of metrics) {
      await this.writeMetric(metric, added, page, slice);
    }
    page.end();
    if (format.hasExemplars) this.exemplarsShown();
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
    const isPlain = added.names.length === 0;
    const cellsAtOnce = Math.ceil(STEPS_PER_CLOCK_READ / samplesOf(metric));
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      write(isPlain ? cell : relabelled(cell, name, added));
      if (i % cellsAtOnce === 0 && slice.isUsedUp()) await slice.next();
    }
    end();
  }

  private beginMetric(metric: MetricFamily, page: FormattedPage) {
    try {
      return page.begin(metric);
    } catch (error) {
      this.reader.metricFailed(metric.name, error);
      return undefined;
    }
  }
}

/** Of each series: its buckets, `+Inf`, the sum and the count, or its value. */
function samplesOf({ type, bounds }: MetricFamily): number {
  return type === 'histogram' ? bounds.length + 3 : 1;
}
