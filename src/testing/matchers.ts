import { OptionsError, shown } from '../core/errors.js';
import { labelPairs } from '../model/label-text.js';
import type { Labels } from '../model/labels.js';
import { UnknownMetricError } from './errors.js';
import { MetricChanges } from './changes.js';
import { MetricsReader, type SeriesReading, total } from './metrics-reader.js';

/** What a matcher returns, in vitest and in Jest. */
export interface MatcherResult {
  /** Whether the expectation holds. */
  readonly pass: boolean;
  /** Makes the message of a failure, with the series that there are. */
  readonly message: () => string;
}

/** The matchers as `expect()` has them. */
export interface MetricsMatchers<R = unknown> {
  /**
   * Expects that a metric has a series with these labels; and, with a value, that such series have it
   * in sum. The value of a histogram is the number of its observations.
   *
   * @example
   * expect(metrics).toHaveMetric('agent_executions_total', { agent: 'Assistant' }, 1);
   */
  toHaveMetric(name: string, labels?: Labels, value?: number): R;
  /** Expects that all series of a metric have this value in sum. */
  toHaveMetric(name: string, value: number): R;
  /**
   * Expects that a piece of work has added so much to the series with these labels. The value of a
   * histogram is the number of its observations.
   *
   * @param by Default: 1.
   *
   * @example
   * const changes = await metrics.changes(() => assistant.run('Hello'));
   * expect(changes).toHaveIncremented('agent_executions_total', { agent: 'Assistant' });
   */
  toHaveIncremented(name: string, labels?: Labels, by?: number): R;
  /** Expects that a piece of work has added so much to all series of a metric. */
  toHaveIncremented(name: string, by: number): R;
}

/**
 * The matchers `toHaveMetric` and `toHaveIncremented` for `expect.extend()` of vitest and Jest.
 * `nestjs-agent-metrics/testing/vitest` and `nestjs-agent-metrics/testing/jest` add them, with their types.
 *
 * @example
 * expect.extend(metricsMatchers);
 */
export const metricsMatchers = {
  /** Whether metrics have a series; see {@link MetricsMatchers.toHaveMetric}. */
  toHaveMetric,
  /** Whether a piece of work has added so much; see {@link MetricsMatchers.toHaveIncremented}. */
  toHaveIncremented,
};

function toHaveMetric(
  received: unknown,
  name: string,
  ...expected: [labels?: Labels | number, value?: number]
): MatcherResult {
  checkReader(received, MetricsReader, 'toHaveMetric', 'metricsOf(app)');
  const { labels, value } = expectationOf(expected);
  // Only a metric without labels and value can be expected not to exist.
  const mayBeUnknown = expected.length === 0;
  try {
    const found = received.series(name, labels);
    const pass =
      value === undefined ? found.length > 0 : total(found) === value;
    return resultOf(received, name, labels, pass, (not) =>
      value === undefined
        ? `to${not} have a series`
        : `to${not} be ${value}, and it is ${total(found)}`,
    );
  } catch (error) {
    if (!mayBeUnknown || !(error instanceof UnknownMetricError)) throw error;
    return { pass: false, message: () => error.message };
  }
}

function toHaveIncremented(
  received: unknown,
  name: string,
  ...expected: [labels?: Labels | number, by?: number]
): MatcherResult {
  checkReader(
    received,
    MetricChanges,
    'toHaveIncremented',
    'the changes of "await metrics.changes(...)"',
  );
  const { labels, value: by = 1 } = expectationOf(expected);
  const added = total(received.series(name, labels));
  return resultOf(
    received,
    name,
    labels,
    added === by,
    (not) => `to${not} be incremented by ${by}, and it was by ${added}`,
  );
}

/** Labels may be left out before a value. */
function expectationOf([first, second]: [
  labels?: Labels | number,
  value?: number,
]): { labels: Labels; value: number | undefined } {
  return typeof first === 'number'
    ? { labels: {}, value: first }
    : { labels: first ?? {}, value: second };
}

function checkReader<C extends MetricsReader>(
  received: unknown,
  type: abstract new (...args: never[]) => C,
  matcher: string,
  expected: string,
): asserts received is C {
  if (received instanceof type) return;
  throw new OptionsError(
    `expect() of ${matcher}() was given ${shown(received)}; expected ${expected}${received instanceof Promise ? ', which must be awaited' : ''}`,
  );
}

function resultOf(
  reader: MetricsReader,
  name: string,
  labels: Labels,
  pass: boolean,
  expectation: (not: string) => string,
): MatcherResult {
  const message = () =>
    `Expected ${name}${labelText(labels)} ${expectation(pass ? ' not' : '')}.\n${seriesText(reader, name)}`;
  return { pass, message };
}

/** How many series a message shows. */
const MAX_SHOWN = 20;

/** The series of a metric as a page has them. */
function seriesText(reader: MetricsReader, name: string): string {
  const { name: exposed, type } = reader.find(name);
  const all = reader.series(name);
  const what = `${exposed} (${type})`;
  const change = reader instanceof MetricChanges ? 'changed' : '';
  if (all.length === 0) return `${what} has no ${change} series.`;
  const lines = all.slice(0, MAX_SHOWN).map(lineOf);
  const rest = all.length - lines.length;
  if (rest > 0) lines.push(`  and ${rest} more`);
  return `${what} has${change && ' changed in'}:\n${lines.join('\n')}`;
}

function lineOf({ labels, value }: SeriesReading): string {
  return `  ${labelText(labels) || '(no labels)'} ${value}`;
}

function labelText(labels: Labels): string {
  const names = Object.keys(labels);
  const values = names.map((name) => String(labels[name] ?? ''));
  return names.length === 0 ? '' : `{${labelPairs({ names, values })}}`;
}
