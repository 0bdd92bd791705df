import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { now } from '../model/clock.js';
import { within } from '../model/deadline.js';
import { COLLECT_LIMIT, type Family } from '../model/family.js';
import { PromClientMetric } from './prom-client-metric.js';
import { CONTENT_TYPE, cellWriter, headerText } from './text-format.js';

/** Series that are written between two looks at the clock. */
const CHUNK_CELLS = 256;

/** Seconds of work after which the event loop gets a turn. */
const TIME_BUDGET = 0.004;

/**
 * Renders all metrics of a registry: our families from their cells, the foreign
 * ones by prom-client. Renders that are asked for at the same time are one.
 */
export class Page {
  private rendering: Promise<Buffer[]> | undefined = undefined;

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

  /** The page in chunks that are to be sent one after the other. */
  render(): Promise<Buffer[]> {
    this.rendering ??= Promise.resolve()
      .then(() => this.renderOnce())
      .finally(() => {
        this.rendering = undefined;
      });
    return this.rendering;
  }

  private async renderOnce(): Promise<Buffer[]> {
    if (this.registry.contentType !== CONTENT_TYPE) {
      return [Buffer.from(await this.registry.metrics())];
    }
    const metrics = this.registry.getMetricsAsArray() as unknown[];
    const ours = isPlain(this.registry) ? familyOf : () => undefined;
    // Side by side: metrics that are slow to collect are waited for once, and not in turn.
    const parts = await Promise.all(
      metrics.map(async (metric) => {
        const family = ours(metric);
        return family === undefined
          ? this.foreignText((metric as { name: string }).name)
          : { family, fresh: await family.refresh() };
      }),
    );
    const chunks = new Chunks();
    for (const part of parts) {
      if (typeof part === 'string') await chunks.write(part);
      else await writeFamily(part.family, part.fresh, chunks);
    }
    return chunks.end();
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
  chunks: Chunks,
): Promise<void> {
  await chunks.write(headerText(family));
  if (!fresh) return;
  const write = cellWriter(family);
  // A copy: series may come and go while the event loop has its turns.
  for (const cell of family.cells.slice()) {
    const full = chunks.add(write(cell));
    if (full) await chunks.flush();
  }
}

/** Collects text into buffers, and lets the event loop have its turns. */
class Chunks {
  private readonly buffers: Buffer[] = [];
  private text = '';
  private writes = 0;
  private turnStart = now();

  /** Adds text; true when it is time to flush. */
  add(text: string): boolean {
    this.text += text;
    return ++this.writes >= CHUNK_CELLS;
  }

  async write(text: string): Promise<void> {
    if (this.add(text)) await this.flush();
  }

  async flush(): Promise<void> {
    this.seal();
    if (now() - this.turnStart > TIME_BUDGET) {
      await setImmediate();
      this.turnStart = now();
    }
  }

  end(): Buffer[] {
    this.seal();
    return this.buffers;
  }

  private seal(): void {
    if (this.text !== '') this.buffers.push(Buffer.from(this.text, 'utf8'));
    this.text = '';
    this.writes = 0;
  }
}
