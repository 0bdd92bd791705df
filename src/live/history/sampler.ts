import type { CollectorInsight } from '../../collector/collector-insight.js';
import { HEALTH_CHECK_DESCRIPTORS } from '../../collector/health-check.descriptors.js';
import { report } from '../../core/catch-and-report.js';
import { type Instant, instant, secondsSince } from '../../core/clock.js';
import { TimeSlice } from '../../core/event-loop-yielder.js';
import { InOrder } from '../../core/in-order.js';
import { runInSlices } from '../../core/stepwise.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { unixTime } from '../../core/wall-clock.js';
import { History } from './history.js';
import { Recorder } from './recorder.js';

/** Milliseconds that a sample waits for the callback of a gauge: one that takes longer is a gap. */
const CALLBACK_LIMIT = 1_000;

/** Samples are kept for the range and for the steps that it is divided into, which begin earlier. */
const SPARE = 1.1;

/** Samples all metrics of a collector at an interval. */
export class Sampler {
  private current: { history: History; recorder: Recorder };
  private epoch: string;
  private lastAt: Instant = instant();
  private timer: NodeJS.Timeout | undefined = undefined;
  private isRunning = false;
  /** One at a time: a sample drops what an answer may read. */
  private readonly turns = new InOrder();
  private readonly except: ReadonlySet<string>;

  /**
   * @param interval in milliseconds.
   * @param minutes that the history covers.
   * @param sampled is called after each sample.
   */
  constructor(
    private readonly insight: CollectorInsight,
    readonly interval: number,
    private readonly minutes: number,
    private readonly sampled: () => void,
  ) {
    this.epoch = insight.epoch;
    this.current = this.newHistory();
    // Reading them would run the checks.
    const ofChecks = Object.values(HEALTH_CHECK_DESCRIPTORS);
    this.except = new Set(ofChecks.map(({ name }) => insight.nameOf(name)));
  }

  /** Takes the first sample, from which increases count, and goes on at the interval. */
  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    void this.tick();
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    clearTimeout(this.timer);
    await this.turns.run(async () => {});
  }

  /** Reads the history while no sample is taken. */
  read<T>(task: (history: History) => Promise<T>): Promise<T> {
    return this.turns.run(() => task(this.current.history));
  }

  /** Takes a sample now. Never rejects. */
  sample(): Promise<void> {
    return this.turns.run(async () => {
      try {
        await this.sampleNow();
        this.sampled();
      } catch (error) {
        report(this.insight.errors, 'live_page', error, 'a sample');
      }
    });
  }

  private newHistory() {
    const samples = (this.minutes * 60_000 * SPARE) / this.interval;
    const history = new History(this.epoch, Math.ceil(samples) + 1);
    return { history, recorder: new Recorder(history) };
  }

  private async tick(): Promise<void> {
    await this.sample();
    if (!this.isRunning) return;
    // At full intervals of the clock, so that all processes of an app sample at the same time, and each step has as many samples.
    const left = this.interval - ((unixTime() * 1_000) % this.interval);
    // A sample of a moment says nothing about rates.
    const wait = left < this.interval / 2 ? left + this.interval : left;
    this.timer = setTimeout(() => void this.tick(), wait);
    this.timer.unref();
  }

  private async sampleNow(): Promise<void> {
    const { insight, except } = this;
    const { metrics } = await insight.gather({
      limit: CALLBACK_LIMIT,
      isShown: false,
      except,
    });
    if (insight.epoch !== this.epoch) this.startAgain();
    const { history, recorder } = this.current;
    const gathered = { metrics, keepsCells: insight.readsOwnCells };
    const seconds = secondsSince(this.lastAt);
    this.lastAt = instant();
    const time = unixTime();
    history.beginSample();
    const slice = new TimeSlice(insight.yielder);
    await runInSlices(recorder.record(gathered), slice);
    history.endSample(time, seconds);
  }

  /** The metrics were cleared: what was recorded since then counts from zero. */
  private startAgain(): void {
    this.epoch = this.insight.epoch;
    this.current = this.newHistory();
    this.current.recorder.startFromZero();
  }
}
