import { onTestFinished } from 'vitest';
import {
  PrometheusCollector,
  type PrometheusCollectorOptions,
} from '../../src/index.js';
import { History } from '../../src/live/history/history.js';
import { type Gathered, Recorder } from '../../src/live/history/recorder.js';
import { Query } from '../../src/live/query/query.js';
import { metricNames } from '../../src/live/query/metric-names.js';
import { Window } from '../../src/live/query/window.js';
import type { Answers } from '../../src/live/answers.js';
import {
  type FindingsOptions,
  resolveFindings,
} from '../../src/live/findings.options.js';
import type { Body, Parameters, View } from '../../src/live/views/view.js';
import { VIEWS } from '../../src/live/views/views.js';

interface BodyOptions extends Partial<Parameters> {
  findings?: FindingsOptions;
}

/** A collector whose metrics are sampled by hand, at times of the test's own. */
export class SampledCollector {
  readonly collector: PrometheusCollector;
  readonly history: History;
  private readonly recorder: Recorder;
  private time: number;

  /** @param start of the first sample, in Unix seconds. */
  constructor(
    options: PrometheusCollectorOptions = {},
    start = 1_000_000,
    maxSamples = 400,
  ) {
    this.collector = new PrometheusCollector({ namespace: '', ...options });
    onTestFinished(() => this.collector.shutdown());
    this.history = new History('test', maxSamples);
    this.recorder = new Recorder(this.history);
    this.time = start;
  }

  /** Takes a sample, so many seconds after the one before. */
  async sample(seconds = 5): Promise<void> {
    const { insight } = this.collector;
    const { metrics } = await insight.gather({ isShown: false });
    this.record({ metrics, keepsCells: true }, seconds);
  }

  record(gathered: Gathered, seconds = 5): void {
    this.time += seconds;
    this.history.beginSample();
    const steps = this.recorder.record(gathered);
    while (!steps.next().done);
    this.history.endSample(this.time, seconds);
  }

  query(minutes = 30): Query {
    const { insight } = this.collector;
    const names = metricNames(
      (name, prefixed) => insight.nameOf(name, prefixed),
      (name) => insight.selfNameOf(name),
    );
    const window = new Window(this.history, minutes, 5, this.time);
    return new Query(this.history, window, names);
  }
}

/** What a view answers after the last sample. */
export async function bodyOf<V extends keyof Answers>(
  view: V,
  sampled: SampledCollector,
  { findings = {}, ...parameters }: BodyOptions = {},
): Promise<Body<Answers[V]>> {
  const { insight } = sampled.collector;
  const query = sampled.query();
  const ask = VIEWS[view] as View<Answers[V]>;
  const finish = ask({
    query,
    facts: {
      checks: await insight.checks(),
      exporters: insight.exporters(),
      members: insight.members(),
      historyBytes: 0,
      limitOf: (metric) => insight.limitOf(metric),
    },
    findings: resolveFindings(findings),
    parameters: { name: '', filter: '', ...parameters },
  });
  run(query);
  return finish();
}

/** Runs a query to its end. */
export function run(query: Query): void {
  const steps = query.run();
  while (!steps.next().done);
}
