import type {
  MetricsExporter,
  MetricsSnapshot,
} from '../../../src/exporters/index.js';

/** What an export does: throw it, wait for it, or go through. */
type Act = undefined | Error | Promise<void>;

/** An exporter that does what a test says, and remembers what it was given and when. */
export class ScriptedExporter implements MetricsExporter {
  readonly snapshots: MetricsSnapshot[] = [];
  readonly signals: AbortSignal[] = [];
  /** When exports were begun, in milliseconds. */
  readonly times: number[] = [];
  /** What the next exports do; beyond them, what {@link always} says. */
  readonly script: Act[] = [];
  always: Act = undefined;
  started = 0;
  ended = 0;

  constructor(
    readonly name = 'scripted',
    readonly interval: number | false = 10_000,
    readonly timeout?: number,
  ) {}

  start(): void {
    this.started++;
  }

  async export(snapshot: MetricsSnapshot, signal: AbortSignal): Promise<void> {
    this.snapshots.push(snapshot);
    this.signals.push(signal);
    this.times.push(Date.now());
    const act = this.script.length > 0 ? this.script.shift() : this.always;
    if (act instanceof Error) throw act;
    await act;
  }

  shutdown(): void {
    this.ended++;
  }

  /** Milliseconds between the exports. */
  get gaps(): number[] {
    return this.times.slice(1).map((time, i) => time - this.times[i]!);
  }
}
