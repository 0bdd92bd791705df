import type { MetricsCollector } from '../../collector/metrics-collector.js';
import { type Instant, secondsSince } from '../../core/clock.js';
import type { Gauge } from '../../model/gauge.js';
import type { Labels } from '../../model/labels.js';
import { AGENT_DESCRIPTORS } from './agent.descriptors.js';
import type { RunObserver } from './run.js';
import { catchAndReport } from '../../core/catch-and-report.js';

/** The gauges of calls while they run. */
export interface InFlightMetric {
  /** The name without namespace and subsystem. The age of the oldest call is in `<name>_oldest_seconds`. */
  readonly name: string;
  /** The help text of the user. */
  readonly description: string | undefined;
  /** The default help text. */
  readonly summary: string;
  readonly labels: Labels | undefined;
}

/** The running calls of the methods of one app. */
export class RunningCalls {
  private readonly gauges = new Map<string, InFlightGauges>();

  constructor(private readonly collector: MetricsCollector) {}

  /** Shows the gauges before the first call. Never throws. */
  open({ name }: InFlightMetric): void {
    this.gauges.get(name)?.open();
  }

  /** @param identity the labels that say which method it is. */
  of(metric: InFlightMetric, identity: Labels): MethodCalls {
    let gauges = this.gauges.get(metric.name);
    if (gauges === undefined) {
      gauges = new InFlightGauges(this.collector, metric);
      this.gauges.set(metric.name, gauges);
    }
    return gauges.of({ ...identity, ...metric.labels });
  }
}

/** The running calls of one method. */
// Why: docs/decisions/instrumentation.md, "`@InFlight()` is read when it is scraped".
export class MethodCalls {
  private readonly calls = new Set<RunningCall>();

  constructor(
    private readonly gauges: InFlightGauges,
    readonly labels: Labels,
  ) {}

  get count(): number {
    return this.calls.size;
  }

  /** The first entry is the oldest: a Set keeps the order of insertion. */
  get oldestSeconds(): number {
    const [oldest] = this.calls;
    return oldest === undefined ? 0 : secondsSince(oldest.start);
  }

  add(start: Instant): RunningCall {
    const call = new RunningCall(this, start);
    this.calls.add(call);
    if (this.calls.size === 1) this.gauges.open();
    return call;
  }

  delete(call: RunningCall): void {
    this.calls.delete(call);
  }
}

/** A call while it runs. It refers to nothing of the call: one that hangs keeps no arguments alive. */
class RunningCall implements RunObserver {
  constructor(
    private readonly calls: MethodCalls,
    readonly start: Instant,
  ) {}

  ended(): void {
    this.calls.delete(this);
  }

  deferred(): void {
    this.calls.delete(this);
  }

  restarted(start: Instant): RunObserver {
    return new RunningStream(this.calls.add(start));
  }
}

/** A stream that its consumer has dropped ends when its run is collected, and this observer with it. */
class RunningStream implements RunObserver {
  private static readonly dropped = new FinalizationRegistry<RunningCall>(
    (call) => call.ended(),
  );

  constructor(private readonly call: RunningCall) {
    RunningStream.dropped.register(this, call);
  }

  ended(): void {
    this.call.ended();
  }

  deferred(): void {
    this.call.ended();
  }

  restarted(start: Instant): RunObserver {
    return this.call.restarted(start);
  }
}

/** Two gauges with callbacks: a call only enters and leaves a Set. */
class InFlightGauges {
  private readonly methods: MethodCalls[] = [];
  private counts: Gauge | undefined = undefined;
  private ages: Gauge | undefined = undefined;

  constructor(
    private readonly collector: MetricsCollector,
    private readonly metric: InFlightMetric,
  ) {}

  of(labels: Labels): MethodCalls {
    const calls = new MethodCalls(this, labels);
    this.methods.push(calls);
    return calls;
  }

  /** Runs again after metrics were cleared: a gauge comes back by itself, its callback does not. */
  open(): void {
    if (this.counts?.registered && this.ages?.registered) return;
    const { name, description, summary } = this.metric;
    const open = () => {
      this.counts = this.collector.gauge(name, {
        description: description ?? summary,
        collect: this.collectCounts,
      });
      this.ages = this.collector.gauge(`${name}_oldest_seconds`, {
        description: AGENT_DESCRIPTORS.inFlightOldest.description,
        aggregator: 'max',
        collect: this.collectAges,
      });
    };
    catchAndReport(this.collector, 'call', open, name);
  }

  private readonly collectCounts = (gauge: Gauge): void => {
    for (const { labels, count } of this.methods) gauge.set(labels, count);
  };

  private readonly collectAges = (gauge: Gauge): void => {
    for (const { labels, oldestSeconds } of this.methods) {
      gauge.set(labels, oldestSeconds);
    }
  };
}
