import type { MetricsCollector } from '../../collector/metrics-collector.js';
import {
  catchAndReport,
  type ErrorReporter,
} from '../../core/catch-and-report.js';
import type { Tally } from '../../model/tally.js';
import type { AgentRunContext, AgentRuns } from './agent-runs.js';
import type { ContextLabels, LabelsInForce } from './context-labels.js';
import type { GenAiWriter } from './gen-ai-writer.js';
import { oddFieldErrors, withoutOddFields } from './inference-checks.js';
import {
  asksModel,
  type Inference,
  type InferenceRequest,
} from './recordings.js';
import { RunningInference } from './running-inference.js';
import { RunningInferences, UNCOUNTED } from './running-inferences.js';

/** What inferences need of their app. */
interface App extends ErrorReporter {
  readonly runs: AgentRuns;
  readonly context: ContextLabels;
}

/** The context in which an inference began, and the chunk times that it does not list. */
interface Around {
  readonly run: AgentRunContext | undefined;
  readonly context: LabelsInForce | undefined;
  readonly moreChunks: Tally | undefined;
}

/** Inferences that have begun, each for the agent run that it began in. */
export class OpenInferences {
  private readonly running: RunningInferences;

  constructor(
    private readonly app: App,
    private readonly writer: GenAiWriter,
    collector: MetricsCollector,
  ) {
    this.running = new RunningInferences(collector);
  }

  /** @param request must not change. */
  open(request: InferenceRequest): RunningInference {
    const run = this.app.runs.current;
    const isCounted = asksModel(request);
    if (run !== undefined && isCounted) run.inferenceCalls++;
    const context = this.app.context.current;
    const { provider, model, agent = run?.agent } = request;
    const where = `${provider} ${model}`;
    const running = isCounted
      ? this.running.begin({ agent, model, provider })
      : UNCOUNTED;
    return new RunningInference(request, {
      finished: (ended, moreChunks) => {
        running.ended();
        const record = () => this.record(ended, { run, context, moreChunks });
        catchAndReport(this.app, 'inference', record, where);
      },
      newChunkTally: () => this.writer.newChunkTally(),
      discarded: () => {
        running.ended();
        if (run !== undefined && isCounted) run.inferenceCalls--;
      },
      unreadable: (error) => this.app.reportError('chunk', error, where),
      droppable: (inference) => this.running.endWith(inference, running),
      uncounted: () => running.ended(),
      restart: () => this.open(request),
    });
  }

  /**
   * Records an inference that has ended, for the agent run around it.
   *
   * @param ended must be valid.
   */
  add(ended: Inference): void {
    const run = this.app.runs.current;
    const context = this.app.context.current;
    this.report(ended, oddFieldErrors(ended));
    this.write(ended, { run, context, moreChunks: undefined });
    if (run !== undefined && asksModel(ended)) run.inferenceCalls++;
  }

  private record(ended: Inference, around: Around): void {
    const { recording, errors } = withoutOddFields(ended);
    this.report(recording, errors);
    this.write(recording, around);
  }

  private report({ provider, model }: Inference, errors: readonly Error[]) {
    for (const error of errors) {
      this.app.reportError('invalid_value', error, `${provider} ${model}`);
    }
  }

  private write(
    inference: Inference,
    { run, context, moreChunks }: Around,
  ): void {
    const { agent = run?.agent, usage = {} } = inference;
    const ended = { inference, agent, context, moreChunks };
    const cost = this.writer.inference(ended);
    if (asksModel(inference)) run?.took(usage, cost);
  }
}
