import { setImmediate } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { now } from '../model/clock.js';
import type { Family } from '../model/family.js';
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
    return (this.rendering ??= this.renderOnce().finally(() => {
      this.rendering = undefined;
    }));
  }

  private async renderOnce(): Promise<Buffer[]> {
    if (!isPlain(this.registry)) {
      return [Buffer.from(await this.registry.metrics())];
    }
    const chunks = new Chunks();
    for (const metric of this.registry.getMetricsAsArray() as unknown[]) {
      if (metric instanceof PromClientMetric) {
        await writeFamily(metric.family, chunks);
      } else {
        await this.writeForeign((metric as { name: string }).name, chunks);
      }
    }
    return chunks.end();
  }

  private async writeForeign(name: string, chunks: Chunks): Promise<void> {
    try {
      const text = await this.registry.getSingleMetricAsString(name);
      await chunks.write(`${text}\n`);
    } catch (error) {
      this.onError(name, error);
    }
  }
}

/** Whether our own writer says the same as prom-client: text format, no labels set on the registry itself. */
function isPlain(registry: Registry): boolean {
  const { _defaultLabels = {} } = registry as unknown as {
    _defaultLabels?: object;
  };
  return (
    registry.contentType === CONTENT_TYPE &&
    Object.keys(_defaultLabels).length === 0
  );
}

async function writeFamily(family: Family, chunks: Chunks): Promise<void> {
  const fresh = await family.refresh();
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
