import type { MetricsCollector } from '../collector/metrics-collector.js';
import { isMetricsError } from '../core/errors.js';
import { type CallConfig, CallRecorder } from './calls/call-recorder.js';
import type { AgentMetrics } from './gen-ai/agent-metrics.js';
import { classLabel } from './class-name.js';
import { joinObservers, type StartObserver } from './calls/run.js';
import { type InFlightMetric, RunningCalls } from './calls/running-calls.js';
import type { Labels } from '../model/labels.js';
import { KIND } from '../core/shared-state.js';
import { measuredMethodsOf, metricsDeclaredBy } from './declared-metrics.js';
import { report } from '../core/catch-and-report.js';

/** What is measured of one method, by all decorators on it. */
export interface MethodConfig extends CallConfig {
  readonly prototype: object;
  readonly key: string | symbol;
  readonly inFlight?: InFlightMetric | undefined;
  /** A call is a run of the agent that the class is, if this is given. */
  readonly agentRun?: AgentRunConfig | undefined;
  /** The name of the tool that the method is. */
  readonly tool?: string | undefined;
}

/** What is known of the runs of an agent that a method makes. */
export interface AgentRunConfig {
  /** Returns the labels of what runs inside, from the arguments of the method. */
  readonly labels?: ((...args: any[]) => Labels) | undefined;
}

/** Records the calls of decorated methods, for one app. An app with metrics switched off has no instance. */
export class Instrumentation {
  readonly [KIND] = 'instrumentation';
  private readonly scopes = new WeakMap<object, ClassScope>();
  private readonly running: RunningCalls;

  /**
   * @param agents where agent runs and tool calls are recorded.
   * @param startsSeries whether series exist before the first call.
   */
  constructor(
    readonly collector: MetricsCollector,
    readonly agents: AgentMetrics,
    private readonly startsSeries: boolean,
  ) {
    this.running = new RunningCalls(collector);
  }

  /**
   * Declares the metrics of the decorated methods of classes.
   *
   * @param isLate whether the app is running: mistakes are reported and not thrown then.
   * @throws {MetricsError} if two decorators disagree or one has a mistake, unless `isLate`.
   */
  declare(classes: readonly Function[], isLate: boolean): void {
    this.checked(isLate, () => {
      const metrics = classes.flatMap((one) =>
        this.checked(isLate, () => metricsDeclaredBy(one)),
      );
      this.collector.declare(
        metrics.filter((metric) => metric !== undefined),
        isLate,
      );
    });
  }

  /** Starts the series of the decorated methods of classes, before their first call. Never throws. */
  start(classes: readonly Function[]): void {
    if (!this.startsSeries) return;
    for (const one of new Set(classes)) {
      for (const config of measuredMethodsOf(one)) {
        this.scopeOf(one).recorder(config);
      }
    }
  }

  scopeOf(constructor: Function): ClassScope {
    let scope = this.scopes.get(constructor);
    if (scope === undefined) {
      scope = new ClassScope(
        this.collector,
        this.running,
        this.agents,
        classLabel(constructor),
        this.startsSeries,
      );
      this.scopes.set(constructor, scope);
    }
    return scope;
  }

  /** A collector of the user's own may throw other errors, which are ignored. */
  private checked<T>(isLate: boolean, declare: () => T): T | undefined {
    try {
      return declare();
    } catch (error) {
      if (!isMetricsError(error)) return undefined;
      if (!isLate) throw error;
      report(this.collector, 'call', error);
      return undefined;
    }
  }
}

/** The recorders of one class in one app. Its instances share them. */
export class ClassScope {
  readonly [KIND] = 'class-scope';
  private readonly recorders = new Map<MethodConfig, CallRecorder>();

  constructor(
    private readonly collector: MetricsCollector,
    private readonly running: RunningCalls,
    private readonly agents: AgentMetrics,
    private readonly agent: string,
    private readonly startsSeries: boolean,
  ) {}

  recorder(config: MethodConfig): CallRecorder {
    let recorder = this.recorders.get(config);
    if (recorder === undefined) {
      const identity = { agent: this.agent, method: String(config.key) };
      const observer = this.observerOf(config, identity);
      recorder = new CallRecorder(
        this.collector,
        config,
        identity,
        observer,
        this.agents.context,
      );
      this.recorders.set(config, recorder);
      if (this.startsSeries) this.start(config, recorder);
    }
    return recorder;
  }

  private start(config: MethodConfig, recorder: CallRecorder): void {
    const { inFlight, agentRun, tool } = config;
    recorder.start();
    if (inFlight !== undefined) this.running.open(inFlight);
    if (agentRun !== undefined) this.agents.startAgentSeries(this.agent);
    if (tool !== undefined) this.agents.startToolSeries(tool);
  }

  private observerOf(
    { inFlight, agentRun, tool }: MethodConfig,
    identity: Labels,
  ): StartObserver | undefined {
    const { agents, agent } = this;
    const observers: StartObserver[] = [];
    if (inFlight !== undefined) {
      const calls = this.running.of(inFlight, identity);
      observers.push((start) => calls.add(start));
    }
    if (agentRun !== undefined) {
      observers.push((_start, args) =>
        agents.observeAgentRun(agent, () => agentRun.labels?.(...args)),
      );
    }
    if (tool !== undefined) observers.push(() => agents.observeTool(tool));
    return joinObservers(observers);
  }
}
