import {
  catchAndReport,
  type ErrorReporter,
} from '../../core/catch-and-report.js';
import type { Labels } from '../../model/labels.js';
import type { EndedRun, RunObserver } from '../calls/run.js';
import type { AgentRunContext, AgentRuns } from './agent-runs.js';
import type { ContextLabels, LabelsInForce } from './context-labels.js';
import type { GenAiWriter } from './gen-ai-writer.js';
import type { LateRecordings } from './late-recordings.js';

/** What observed work needs of its app. */
interface App extends ErrorReporter {
  readonly runs: AgentRuns;
  readonly context: ContextLabels;
  readonly late: LateRecordings;
}

/** The runs of agents and the calls of tools, as they are observed from start to end. */
export class ObservedWork {
  constructor(
    private readonly app: App,
    private readonly writer: GenAiWriter,
  ) {}

  /** @param labels returns the labels of what runs inside, in addition to those around the run. Its errors are reported. */
  agentRun(agent: string, labels?: () => Labels | undefined): RunObserver {
    const run = this.app.runs.begin(agent);
    const context = this.contextOf(agent, labels);
    const again = () => this.agentRun(agent, labels);
    // What a call does before it returns its stream belongs to the first consumption.
    let goOn = () => {
      goOn = again;
      return this.observerOf(run, context, again);
    };
    return this.observerOf(run, context, () => goOn());
  }

  /** @param restarted makes the observer of a consumption of the result. */
  private observerOf(
    run: AgentRunContext,
    context: LabelsInForce | undefined,
    restarted: () => RunObserver,
  ): RunObserver {
    const inside = <T>(part: () => T) => run.run(part);
    return {
      runInContext: (part) =>
        context === undefined
          ? inside(part)
          : this.app.context.resume(context, () => inside(part)),
      enterContext: () => {
        const leaveLabels = context && this.app.context.enter(context);
        const leaveRun = run.enter();
        return () => {
          leaveRun();
          leaveLabels?.();
        };
      },
      ended: (ended) =>
        this.app.late.addAfter(() =>
          this.record(run.agent, () =>
            this.writer.agentRun(endedRun(run, ended), context),
          ),
        ),
      restarted,
    };
  }

  tool(tool: string): RunObserver {
    const { current: run } = this.app.runs;
    const { current: context } = this.app.context;
    if (run !== undefined) run.toolCalls++;
    const observer: RunObserver = {
      ended: (ended) =>
        this.record(tool, () => {
          const call = { tool, seconds: ended.seconds, error: errorOf(ended) };
          this.writer.tool(call, run?.agent, context);
        }),
      restarted: () => observer,
    };
    return observer;
  }

  startAgentSeries(agent: string): void {
    this.record(agent, () => this.writer.startAgentSeries(agent));
  }

  startToolSeries(tool: string): void {
    this.record(tool, () => this.writer.startToolSeries(tool));
  }

  private contextOf(
    agent: string,
    labels: (() => Labels | undefined) | undefined,
  ): LabelsInForce | undefined {
    const { context } = this.app;
    const own = () => {
      const given = labels?.();
      return given && context.with(given);
    };
    const withOwn = labels && catchAndReport(this.app, 'labels', own, agent);
    return withOwn ?? context.current;
  }

  /** An error of the recording is kept from the work. */
  private record(where: string, action: () => void): void {
    catchAndReport(this.app, 'agent', action, where);
  }
}

function endedRun(run: AgentRunContext, ended: EndedRun) {
  const { agent, inferenceCalls, toolCalls, totals } = run;
  return {
    agent,
    seconds: ended.seconds,
    error: errorOf(ended),
    inferenceCalls,
    toolCalls,
    ...(totals && {
      usage: totals,
      costs: totals.money,
      isEstimated: totals.isEstimated,
    }),
  };
}

function errorOf({ status, error }: EndedRun): unknown {
  return status === 'error' ? (error ?? new Error('unknown')) : undefined;
}
