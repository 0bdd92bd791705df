import { inspect } from 'node:util';
import { PrometheusCollector } from '../../collector/prometheus-collector.js';
import { messageOf } from '../../core/errors.js';
import { setTimeout } from '../../core/timers.js';
import type { MetricsExporter } from '../../exporters/exporter.js';
import { ContractError } from '../errors.js';
import type { ContractBackend } from './contract-backend.js';

/** Makes the exporter under test. */
export type MakeExporter<B> = (
  backend: B,
  collector: PrometheusCollector,
) => MetricsExporter;

/** Milliseconds in which a back end must have what was delivered. */
const ARRIVAL = 10_000;

/** Milliseconds that a delivery to a healthy back end may take. */
const DELIVERY = 20_000;

/** The counter that the rules record. */
// Why: docs/decisions/testing.md, "The contract of exporters knows totals only".
const COUNTER = 'jobs_total';

/** An exporter with its back end and a collector, for one test. */
export class Trial<B extends ContractBackend> {
  /** All texts that the collector has logged. */
  readonly logged: string[] = [];
  readonly collector = new PrometheusCollector(
    { namespace: 'contract', port: 0, host: '127.0.0.1', flushTimeout: 2_000 },
    { logger: { warn: (message) => void this.logged.push(message) } },
  );
  readonly exporter: MetricsExporter;
  private readonly counter = this.collector.counter(COUNTER, {
    description: 'Jobs of the contract suite.',
  });
  private recorded = 0;

  constructor(
    readonly backend: B,
    makeExporter: MakeExporter<B>,
  ) {
    this.exporter = makeExporter(backend, this.collector);
  }

  async start(): Promise<void> {
    await this.collector.addExporter(this.exporter);
    await this.collector.initialize();
  }

  record(count: number): void {
    this.counter.inc(count);
    this.recorded += count;
  }

  /** Delivers to a healthy back end. */
  async flush(): Promise<void> {
    await this.collector.flush(DELIVERY);
  }

  /** Delivers for so many milliseconds. @returns the error, if it fails. */
  async tryToFlush(milliseconds: number): Promise<unknown> {
    try {
      await this.collector.flush(milliseconds);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /**
   * Expects that the back end gets exactly what was recorded.
   *
   * @param lost how much of it may be missing.
   */
  async expectAll(when: string, lost = 0): Promise<void> {
    const least = this.recorded - lost;
    const end = performance.now() + ARRIVAL;
    let total = await this.total();
    while (total < least && performance.now() < end) {
      await pause(20);
      total = await this.total();
    }
    expectThat(
      total >= least && total <= this.recorded,
      `${when}, the back end has ${total} of ${this.collector.counter(COUNTER).name}; expected ${least}${lost === 0 ? '' : ` to ${this.recorded}`}`,
    );
  }

  /** All texts in which a secret could be shown. */
  async texts(errors: readonly unknown[]): Promise<string[]> {
    const { collector, exporter } = this;
    return [
      ...this.logged,
      ...errors.map((error) => `${messageOf(error)} ${inspect(error, DEEP)}`),
      inspect(exporter, DEEP),
      jsonOf(exporter),
      await collector.metrics(),
      JSON.stringify(await collector.healthCheck()),
    ];
  }

  async close(): Promise<void> {
    try {
      await this.backend.start();
    } finally {
      await this.collector.shutdown();
      await closeBackend(this.backend);
    }
  }

  private async total(): Promise<number> {
    const { name } = this.collector.counter(COUNTER);
    return this.backend.totalOf(name);
  }
}

/** What cannot be written as JSON, such as a timer, shows nothing in it. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '';
  }
}

export async function closeBackend(backend: ContractBackend): Promise<void> {
  await (backend.close === undefined ? backend.stop() : backend.close());
}

const DEEP = { depth: 10, showHidden: true } as const;

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** @throws {ContractError} unless it holds. */
export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new ContractError(otherwise);
}
