import { AsyncResource } from 'node:async_hooks';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { setImmediate } from '../../core/timers.js';

/** A recording. It never throws. */
type Recording = () => void;

/** Makes recordings that take their time after the app has its answer, in their order. */
// Why: docs/decisions/accounting.md, "Texts are kept until an inference ends".
export class LateRecordings {
  private readonly waiting: Recording[] = [];

  constructor(collector: MetricsCollector) {
    // A collector of a test may have a few methods only.
    collector.onShutdown?.(() => this.flush());
  }

  /** Makes a recording in the next turn of the event loop, or at the shutdown. */
  add(recording: Recording): void {
    this.wait(recording);
    if (this.waiting.length === 1) setImmediate(() => this.flush());
  }

  /** Makes a recording now, or after those that wait: it may include them. */
  addAfter(recording: Recording): void {
    if (this.waiting.length > 0) this.wait(recording);
    else recording();
  }

  /** An exemplar is of the span that is active here, and not of that of another recording. */
  private wait(recording: Recording): void {
    this.waiting.push(AsyncResource.bind(recording));
  }

  private flush(): void {
    for (const recording of this.waiting.splice(0)) recording();
  }
}
