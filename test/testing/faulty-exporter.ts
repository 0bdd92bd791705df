import { inspect } from 'node:util';
import type {
  MetricsExporter,
  MetricsSnapshot,
} from '../../src/exporters/index.js';
import type { ContractBackend } from '../../src/testing/index.js';

/** What is wrong with a {@link FaultyExporter}. */
export type Fault =
  | 'none'
  | 'acknowledges before it sends'
  | 'sends totals as increases'
  | 'loses what it cannot deliver'
  | 'writes to a dead connection'
  | 'takes a failure for a success'
  | 'ignores the signal'
  | 'fulfils when it is aborted'
  | 'has no time-out'
  | 'forgets what took too long'
  | 'delivers nothing at shutdown'
  | 'counts again after a start'
  | 'shows its token';

/** A back end in memory, which adds up increases. */
export class MemoryBackend implements ContractBackend {
  readonly secrets = ['token-4711'];
  /** Changes whenever the server starts: connections from before are dead. */
  starts = 0;
  private readonly totals = new Map<string, number>();
  private state: 'up' | 'away' | 'hanging' = 'up';
  private resume: () => void = () => {};
  private resumed = Promise.resolve();

  async add(metric: string, growth: number, signal?: AbortSignal) {
    if (this.state === 'away') throw new Error('connect ECONNREFUSED');
    if (this.state === 'hanging') await unlessAborted(this.resumed, signal);
    this.totals.set(metric, this.totalOf(metric) + growth);
  }

  totalOf(metric: string): number {
    return this.totals.get(metric) ?? 0;
  }

  get isAway(): boolean {
    return this.state === 'away';
  }

  stop(): void {
    this.state = 'away';
  }

  start(): void {
    this.starts++;
    this.state = 'up';
    this.resume();
  }

  hang(): void {
    this.state = 'hanging';
    this.resumed = new Promise((resolve) => (this.resume = resolve));
  }
}

function unlessAborted(done: Promise<void>, signal?: AbortSignal) {
  return new Promise<void>((resolve, reject) => {
    if (signal?.aborted) reject(signal.reason as Error);
    signal?.addEventListener('abort', () => reject(signal.reason as Error));
    void done.then(resolve);
  });
}

/** Sends the increases of counters to a {@link MemoryBackend}, with one fault or none. */
export class FaultyExporter implements MetricsExporter {
  readonly name = 'faulty';
  readonly interval = false;
  readonly timeout: number;
  readonly flushAtShutdown: boolean;
  readonly #delivered = new Map<string, number>();
  private connection: number | undefined = undefined;
  private skipped = 0;

  constructor(
    private readonly backend: MemoryBackend,
    private readonly fault: Fault,
  ) {
    this.timeout = fault === 'has no time-out' ? 60_000 : 200;
    this.flushAtShutdown = fault !== 'delivers nothing at shutdown';
  }

  start(): void {
    if (this.fault === 'counts again after a start') this.#delivered.clear();
  }

  async export({ metrics }: MetricsSnapshot, signal: AbortSignal) {
    for (const metric of metrics) {
      if (metric.type !== 'counter') continue;
      for (const { value } of metric.series) {
        await this.send(metric.name, value, signal);
      }
    }
  }

  [inspect.custom](): string {
    return 'FaultyExporter';
  }

  toJSON(): string {
    return 'FaultyExporter';
  }

  private async send(name: string, value: number, signal: AbortSignal) {
    const { fault } = this;
    const before = this.#delivered.get(name) ?? 0;
    const isTotal = fault === 'sends totals as increases';
    const growth = isTotal ? value : value - before;
    if (growth > 0 && this.losesSilently()) {
      this.#delivered.set(name, value);
      return;
    }
    try {
      const given = fault === 'ignores the signal' ? undefined : signal;
      await this.backend.add(name, growth, given);
    } catch (error) {
      return this.failed(error, () => this.#delivered.set(name, value), signal);
    }
    this.#delivered.set(name, value);
  }

  /** Throws, unless the fault is not to. */
  private failed(error: unknown, forget: () => void, signal: AbortSignal) {
    const { fault } = this;
    if (fault === 'takes a failure for a success') return;
    if (fault === 'fulfils when it is aborted' && signal.aborted) return;
    if (fault === 'loses what it cannot deliver') forget();
    if (fault === 'forgets what took too long' && signal.aborted) forget();
    if (fault !== 'shows its token') throw error;
    throw new Error(`POST /?key=token-4711: ${String(error)}`);
  }

  private losesSilently(): boolean {
    const isDead =
      this.connection !== undefined && this.connection !== this.backend.starts;
    this.connection = this.backend.starts;
    if (this.fault === 'writes to a dead connection') return isDead;
    return (
      this.fault === 'acknowledges before it sends' && this.skipped++ === 0
    );
  }
}
