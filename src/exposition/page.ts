import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { instant, secondsSince } from '../model/clock.js';
import { within } from '../model/deadline.js';
import {
  COLLECT_LIMIT,
  type Family,
  HistogramFamily,
} from '../model/family.js';
import { PromClientMetric } from './prom-client-metric.js';
import { ChunkPool, PageWriter } from './page-writer.js';
import { CONTENT_TYPE, cellWriter, writeHeader } from './text-format.js';

/** Lines that are written between two looks at the clock. */
const LINES_AT_ONCE = 64;

/** Seconds of work after which the event loop gets a turn. */
const TIME_BUDGET = 0.002;

/** A page that is being rendered or sent, and how many want it. */
interface SharedPage {
  readonly writer: PageWriter;
  readonly chunks: Promise<readonly Buffer[]>;
  users: number;
}

/**
 * Renders all metrics of a registry: our families from their cells, the foreign
 * ones by prom-client. Who asks while a page is being rendered gets that one.
 */
export class Page {
  private readonly pool = new ChunkPool();
  private rendering: SharedPage | undefined = undefined;

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

  /**
   * Renders the page and lends it: the chunks are in order, and are written anew
   * once `use` has ended.
   */
  async render<T>(
    use: (chunks: readonly Buffer[]) => T | Promise<T>,
  ): Promise<T> {
    const page = (this.rendering ??= this.begin());
    page.users++;
    try {
      return await use(await page.chunks);
    } finally {
      if (--page.users === 0) page.writer.release();
    }
  }

  private begin(): SharedPage {
    const writer = new PageWriter(this.pool);
    const chunks = Promise.resolve()
      .then(() => this.write(writer))
      .finally(() => {
        this.rendering = undefined;
      });
    return { writer, chunks, users: 0 };
  }

  private async write(out: PageWriter): Promise<readonly Buffer[]> {
    if (this.registry.contentType !== CONTENT_TYPE) {
      return [Buffer.from(await this.registry.metrics())];
    }
    const turn = new Turn();
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

/** Our turn of the event loop. */
class Turn {
  private start = instant();

  isOver(): boolean {
    return secondsSince(this.start) > TIME_BUDGET;
  }

  async next(): Promise<void> {
    await setImmediate();
    this.start = instant();
  }
}
