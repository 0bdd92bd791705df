import type { MetricsCollector } from '../../collector/metrics-collector.js';
import {
  catchAndReport,
  type ErrorReporter,
} from '../../core/catch-and-report.js';
import { withEstimates } from '../../accounting/estimated-usage.js';
import type { Tally } from '../../model/tally.js';
import type { AgentRunContext, AgentRuns } from './agent-runs.js';
import type { ContextLabels, LabelsInForce } from './context-labels.js';
import type { GenAiWriter } from './gen-ai-writer.js';
import { InferenceTexts } from './inference-texts.js';
import { oddFieldErrors, withoutOddFields } from './inference-checks.js';
import type { LateRecordings } from './late-recordings.js';
import {
  asksModel,
  type Inference,
  type InferenceRequest,
} from './recordings.js';
import {
  type InferenceCallbacks,
  RunningInference,
} from './running-inference.js';
import { RunningInferences, UNCOUNTED } from './running-inferences.js';
import { TokenEstimator, type Tokenizer } from './token-estimator.js';

/** What inferences need of their app. */
interface App extends ErrorReporter {
  readonly runs: AgentRuns;
  readonly context: ContextLabels;
  readonly late: LateRecordings;
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
  private readonly estimator: TokenEstimator | undefined;

  constructor(
    private readonly app: App,
    private readonly writer: GenAiWriter,
    collector: MetricsCollector,
    tokenizer: Tokenizer | undefined,
  ) {
    this.running = new RunningInferences(collector);
    this.estimator = tokenizer && new TokenEstimator(tokenizer, app);
  }

  /** @param request must not change. */
  open(request: InferenceRequest): RunningInference {
    const run = this.app.runs.current;
    const isCounted = asksModel(request);
    if (run !== undefined && isCounted) run.inferenceCalls++;
    const context = this.app.context.current;
    const { provider, model, agent = run?.agent } = request;
    const running = isCounted
      ? this.running.begin({ agent, model, provider })
      : UNCOUNTED;
    const texts = this.estimator && new InferenceTexts();
    const callbacks: InferenceCallbacks = {
      finished: (ended, moreChunks) => {
        running.ended();
        const around = { run, context, moreChunks };
        this.record(ended, around, texts);
      },
      newChunkTally: () => this.writer.newChunkTally(),
      discarded: () => {
        running.ended();
        if (run !== undefined && isCounted) run.inferenceCalls--;
      },
      unreadable: (error) =>
        this.app.reportError('chunk', error, nameOf(request)),
      droppable: (inference) => this.running.endWith(inference, running),
      uncounted: () => running.ended(),
      restart: () => this.open(request),
    };
    return new RunningInference(request, callbacks, texts);
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

  /** Records an inference, with estimates of the tokens that are missing if there is a tokenizer. */
  private record(
    ended: Inference,
    around: Around,
    texts: InferenceTexts | undefined,
  ): void {
    this.kept(ended, () => {
      const { recording, errors } = withoutOddFields(ended);
      this.report(recording, errors);
      const estimate = texts && this.estimator?.pending(recording, texts);
      if (estimate === undefined) return this.write(recording, around);
      const write = () => this.write(estimate(), around);
      this.app.late.add(() => this.kept(ended, write));
    });
  }

  /** Keeps an error of a recording from the app. */
  private kept(ended: Inference, record: () => void): void {
    catchAndReport(this.app, 'inference', record, nameOf(ended));
  }

  private report(ended: Inference, errors: readonly Error[]): void {
    for (const error of errors) {
      this.app.reportError('invalid_value', error, nameOf(ended));
    }
  }

  private write(
    checked: Inference,
    { run, context, moreChunks }: Around,
  ): void {
    const { answer: inference, isEstimated } = withEstimates(checked);
    const { agent = run?.agent, usage = {} } = inference;
    const ended = { inference, agent, context, moreChunks, isEstimated };
    const cost = this.writer.inference(ended);
    if (asksModel(inference)) run?.took(usage, cost, isEstimated);
  }
}

function nameOf({ provider, model }: InferenceRequest): string {
  return `${provider} ${model}`;
}
