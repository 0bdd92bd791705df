import { Registry } from 'prom-client';
import { within } from '../model/deadline.js';
import {
  COLLECT_LIMIT,
  type Family,
  HistogramFamily,
} from '../model/family.js';
import type { Content } from './content.js';
import type { PageWriter } from './page-writer.js';
import { PromClientMetric } from './prom-client-metric.js';
import { SharedPages } from './shared-pages.js';
import { CONTENT_TYPE, cellWriter, writeHeader } from './text-format.js';
import { Turn, Turns } from './turns.js';

/** Lines that are written between two looks at the clock. */
const LINES_AT_ONCE = 64;

/**
 * Renders all metrics of a registry: our families from their cells, the foreign
 * ones by prom-client. Who asks while a page is being rendered gets that one.
 */
export class Page {
  private readonly turns = new Turns();
  private readonly pages = new SharedPages(this.turns);

  /**
   * @param onError hears of a foreign metric that could not be read; the page goes on without it.
   */
  constructor(
    private readonly registry: Registry,
    private readonly onError: (metric: string, error: unknown) => void,
  ) {}

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Renders the page, and lends it until `use` has ended. */
  render<T>(use: (content: Content) => T | Promise<T>): Promise<T> {
    return this.pages.lend('', (out) => this.write(out), use);
  }

  private async write(out: PageWriter): Promise<readonly Buffer[]> {
    if (this.registry.contentType !== CONTENT_TYPE) {
      return [Buffer.from(await this.registry.metrics())];
    }
    const turn = new Turn(this.turns);
    for (const part of await this.collect()) {
      if (typeof part === 'string') out.text(part);
      else await writeFamily(part.family, part.fresh, out, turn);
    }
    return out.end();
  }

  /** Side by side: metrics that are slow to collect are waited for once, and not in turn. */
  private collect() {
    const ours = isPlain(this.registry) ? familyOf : () => undefined;
    return Promise.all(
      (this.registry.getMetricsAsArray() as unknown[]).map(async (metric) => {
        const family = ours(metric);
        return family === undefined
          ? this.foreignText((metric as { name: string }).name)
          : { family, fresh: await family.refresh() };
      }),
    );
  }

  /** What prom-client writes of one metric; nothing if that fails. */
  private async foreignText(name: string): Promise<string> {
    try {
      const text = this.registry.getSingleMetricAsString(name);
      return `${await within(COLLECT_LIMIT, text, name)}\n`;
    } catch (error) {
      const isGone = this.registry.getSingleMetric(name) === undefined;
      if (!isGone) this.onError(name, error);
      return '';
    }
  }
}

function familyOf(metric: unknown): Family | undefined {
  return metric instanceof PromClientMetric ? metric.family : undefined;
}

/** Whether the registry adds labels of its own to all metrics, which prom-client then writes. */
function isPlain(registry: Registry): boolean {
  const { _defaultLabels = {} } = registry as unknown as {
    _defaultLabels?: object;
  };
  return Object.keys(_defaultLabels).length === 0;
}

async function writeFamily(
  family: Family,
  fresh: boolean,
  out: PageWriter,
  turn: Turn,
): Promise<void> {
  writeHeader(family, out);
  if (!fresh) return;
  const write = cellWriter(family);
  // A copy: series may come and go while the event loop has its turns.
  const cells = family.cells.slice();
  const cellsAtOnce = Math.ceil(LINES_AT_ONCE / linesOf(family));
  for (let i = 0; i < cells.length; i++) {
    write(cells[i]!, out);
    if (i % cellsAtOnce === 0 && turn.isOver()) await turn.next();
  }
}

/** Of each series: its buckets, `+Inf`, the sum and the count, or its value. */
function linesOf(family: Family): number {
  return family instanceof HistogramFamily ? family.bounds.length + 3 : 1;
}
