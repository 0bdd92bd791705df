import type { Registry } from 'prom-client';
import { Collection } from '../model/collection.js';
import { type Family, HistogramFamily } from '../model/family.js';
import type { LabelSet } from '../model/labels.js';
import { exposedType } from '../model/metric-type.js';
import type { Content } from './content.js';
import { foreignLabels, relabelled } from './foreign-labels.js';
import { readForeign } from './foreign-metric.js';
import type { ExposedMetric } from './formats/exposed-metric.js';
import type { Format, FormattedPage } from './formats/format.js';
import { namesOf } from './formats/sample-names.js';
import type { PageWriter } from './page-writer.js';
import { PromClientMetric } from './prom-client-metric.js';
import {
  defaultLabelsOf,
  type RegisteredMetric,
  registeredMetrics,
} from './registered-metrics.js';
import { SharedPages } from './shared-pages.js';
import { SAMPLES_AT_ONCE, Turn, Turns } from './turns.js';

/** What is asked for. */
export interface PageRequest {
  readonly format: Format;
  /** Only metrics with these names, of their own or of their samples. Default: all. */
  readonly names?: readonly string[] | undefined;
}

/** Whoever has a page hears of what happens on it. */
export interface PageListener {
  /** A metric could not be read or written; the page goes on without it. */
  metricFailed(metric: string, error: unknown): void;
  /** A page with exemplars was written. */
  exemplarsShown(): void;
}

/** A family of ours that is collected; its series are taken when all the others are too. */
interface CollectedFamily {
  readonly family: Family;
  readonly fresh: boolean;
}

const NO_LABELS: LabelSet = { names: [], values: [] };

/**
 * Renders the metrics of a registry, ours and those of prom-client alike. Who asks
 * for a page while the same one is being rendered gets that one.
 */
export class Page {
  private readonly turns = new Turns();
  private readonly whole = new SharedPages(this.turns);
  /** Apart: there are as many of these as somebody thinks of, and whole pages must not wait for them. */
  private readonly parts = new SharedPages(this.turns);

  /** Of foreign metrics. */
  private readonly collections = new WeakMap<object, Collection<unknown>>();

  constructor(
    private readonly registry: Registry,
    private readonly listener: PageListener,
  ) {}

  /** Renders a page, and lends it until `use` has ended. */
  render<T>(
    request: PageRequest,
    use: (content: Content) => T | Promise<T>,
  ): Promise<T> {
    const key = JSON.stringify([request.format.contentType, request.names]);
    const pages = request.names === undefined ? this.whole : this.parts;
    return pages.lend(key, (out) => this.write(request, out), use);
  }

  private async write(
    { format, names }: PageRequest,
    out: PageWriter,
  ): Promise<readonly Buffer[]> {
    const turn = new Turn(this.turns);
    const all = registeredMetrics(this.registry);
    const asked =
      names === undefined
        ? all
        : all.filter((metric) => isAmong(metric, new Set(names)));
    const metrics = await this.collect(asked, turn);
    const added = this.defaultLabels();
    const page = format.begin(all, out);
    for (const metric of metrics) {
      await this.writeMetric(metric, added, page, turn);
    }
    page.end();
    if (format.hasExemplars) this.listener.exemplarsShown();
    return out.end();
  }

  /**
   * Side by side: metrics that are slow to collect are waited for once, and not in
   * turn. The page is of the moment when all of them are there, whatever is cleared
   * and removed while it is written.
   */
  private async collect(
    asked: readonly RegisteredMetric[],
    turn: Turn,
  ): Promise<ExposedMetric[]> {
    const collected = await Promise.all(
      asked.map((one) =>
        one.metric instanceof PromClientMetric
          ? refreshed(one.metric.family)
          : this.foreign(one, turn),
      ),
    );
    return collected
      .filter((one) => one !== undefined)
      .map((one) => ('family' in one ? exposed(one) : one));
  }

  private async foreign(
    one: RegisteredMetric,
    turn: Turn,
  ): Promise<ExposedMetric | undefined> {
    try {
      return await readForeign(one, () => this.collectionOf(one).get(), turn);
    } catch (error) {
      const there: unknown = this.registry.getSingleMetric(one.name);
      if (there === one.metric) this.listener.metricFailed(one.name, error);
      return undefined;
    }
  }

  private collectionOf({ name, metric }: RegisteredMetric) {
    let collection = this.collections.get(metric);
    if (collection === undefined) {
      const get = async () => (metric as { get(): unknown }).get();
      collection = new Collection(name, get);
      this.collections.set(metric, collection);
    }
    return collection;
  }

  private async writeMetric(
    metric: ExposedMetric,
    added: LabelSet,
    page: FormattedPage,
    turn: Turn,
  ): Promise<void> {
    const writer = this.beginMetric(metric, page);
    if (writer === undefined) return;
    const { write, end } = writer;
    const { name, cells } = metric;
    const isPlain = added.names.length === 0;
    const cellsAtOnce = Math.ceil(SAMPLES_AT_ONCE / samplesOf(metric));
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i]!;
      write(isPlain ? cell : relabelled(cell, name, added));
      if (i % cellsAtOnce === 0 && turn.isOver()) await turn.next();
    }
    end();
  }

  private beginMetric(metric: ExposedMetric, page: FormattedPage) {
    try {
      return page.begin(metric);
    } catch (error) {
      this.listener.metricFailed(metric.name, error);
      return undefined;
    }
  }

  /** What the registry adds to all metrics; nothing if that cannot be written. */
  private defaultLabels(): LabelSet {
    try {
      return foreignLabels(defaultLabelsOf(this.registry), '*');
    } catch (error) {
      this.listener.metricFailed('*', error);
      return NO_LABELS;
    }
  }
}

function isAmong(metric: RegisteredMetric, names: ReadonlySet<string>) {
  return namesOf(metric).some((name) => names.has(name));
}

async function refreshed(family: Family): Promise<CollectedFamily> {
  return { family, fresh: await family.refresh() };
}

function exposed({ family, fresh }: CollectedFamily): ExposedMetric {
  const { name, type, help, unit, cells } = family;
  return {
    name,
    type: exposedType(type),
    help,
    unit,
    bounds: family instanceof HistogramFamily ? family.bounds : [],
    cells: fresh ? cells.slice() : [],
  };
}

/** Of each series: its buckets, `+Inf`, the sum and the count, or its value. */
function samplesOf({ type, bounds }: ExposedMetric): number {
  return type === 'histogram' ? bounds.length + 3 : 1;
}
