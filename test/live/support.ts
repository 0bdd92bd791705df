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

/** Runs a query to its end. */
export function run(query: Query): void {
  const steps = query.run();
  while (!steps.next().done);
}
