import type { CollectorInsight } from '../../collector/collector-insight.js';
import { TimeSlice } from '../../core/event-loop-yielder.js';
import { runInSlices } from '../../core/stepwise.js';
import { unixTime } from '../../core/wall-clock.js';
import { Content } from '../../exposition/content.js';
import type { AnswerHead, Answers } from '../answers.js';
import type { History } from '../history/history.js';
import type { Sampler } from '../history/sampler.js';
import type { LiveConfig } from '../live.options.js';
import { type MetricNames, metricNames } from '../query/metric-names.js';
import { Query } from '../query/query.js';
import { Window } from '../query/window.js';
import type { Facts, Parameters, View } from '../views/view.js';
import { showsChecks, VIEWS } from '../views/views.js';
import { etagOf } from './assets.js';

/** Answers that are kept until the next sample: readers of one view share them. */
const MAX_KEPT = 16;

/** What a request asks for. */
export interface AnswerRequest {
  readonly view: keyof Answers;
  readonly minutes: number;
  readonly parameters: Parameters;
}

/** An answer, ready to be sent. */
interface MadeAnswer {
  readonly content: Content;
  readonly etag: string;
}

/** Makes the answers of the API. */
export class AnswerMaker {
  private readonly names: MetricNames;
  private readonly kept = new Map<string, Promise<MadeAnswer>>();

  constructor(
    private readonly config: LiveConfig,
    private readonly insight: CollectorInsight,
    private readonly sampler: Sampler,
  ) {
    this.names = metricNames(
      (name, prefixed) => insight.nameOf(name, prefixed),
      (name) => insight.selfNameOf(name),
    );
  }

  /** Forgets the answers of before: there is another sample. */
  refresh(): void {
    this.kept.clear();
  }

  /** Makes an answer, or shares one that is being made. */
  answer(request: AnswerRequest): Promise<MadeAnswer> {
    const key = JSON.stringify(request);
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    const made = this.make(request);
    if (this.kept.size >= MAX_KEPT) this.kept.clear();
    this.kept.set(key, made);
    made.catch(() => this.kept.delete(key));
    return made;
  }

  private async make(request: AnswerRequest): Promise<MadeAnswer> {
    const checks = showsChecks(request.view) ? await this.insight.checks() : [];
    const answer = await this.sampler.read((history) =>
      this.read(request, history, {
        checks,
        members: this.insight.members(),
        exporters: this.insight.exporters(),
        historyBytes: history.bytes,
        limitOf: (metric) => this.insight.limitOf(metric),
      }),
    );
    const bytes = Buffer.from(JSON.stringify(answer));
    const content = new Content([bytes], this.insight.yielder);
    return { content, etag: etagOf(bytes) };
  }

  private async read(
    { view, minutes, parameters }: AnswerRequest,
    history: History,
    facts: Facts,
  ): Promise<AnswerHead> {
    const { findings, interval } = this.config;
    const window = new Window(history, minutes, interval / 1_000, unixTime());
    const query = new Query(history, window, this.names);
    const ask = VIEWS[view] as View<AnswerHead>;
    const finish = ask({ query, facts, findings, parameters });
    const slice = new TimeSlice(this.insight.yielder);
    await runInSlices(query.run(), slice);
    const head = headOf(history, window, facts, this.config);
    return { ...head, ...finish() };
  }
}

function headOf(
  { id, leftOut }: History,
  window: Window,
  { members }: Facts,
  config: LiveConfig,
): AnswerHead {
  return {
    version: 1,
    history: id,
    sample: sampleNumber(window),
    now: window.now,
    interval: window.interval,
    minutes: window.minutes,
    sampled: Math.round(window.sampled * 10) / 10,
    longest: config.history,
    app: appName(),
    processes: members.length || 1,
    leftOut,
    lines: window.lines,
    bars: window.bars,
  };
}

/** The same one in all processes that sample at the same time; -1 without a sample. */
function sampleNumber({ first, last, now, interval }: Window): number {
  return last < first ? -1 : Math.round(now / interval);
}

/** As OpenTelemetry names it, else as npm does. */
function appName(): string {
  const { OTEL_SERVICE_NAME, npm_package_name } = process.env;
  return OTEL_SERVICE_NAME || npm_package_name || '';
}
