import { LabelError } from '../core/errors.js';
import { Check, isObject, type Rules, validate } from '../core/validate.js';
import { steadyTime } from '../core/wall-clock.js';
import type { Exemplar } from './exemplars.js';
import { labelPairs, latin1OfUtf8 } from './label-text.js';
import { canonicalLabels, type Labels } from './labels.js';

/** What a recording has beside labels and value. */
export interface ExemplarOptions {
  /**
   * Labels that name the trace of the recording, such as `{ trace_id: '4bf9...' }`: with
   * their values at most 128 characters. They replace the exemplar of the series, or of the
   * bucket. OpenTelemetry's spans need none: recordings in a span have its ids.
   */
  readonly exemplar?: Labels | undefined;
}

/** A recording with an exemplar, as prom-client takes it. */
export interface ExemplarCall {
  /** The labels of the series. Default: none. */
  readonly labels?: Labels;
  /** What is added or observed. Default for counters: 1. */
  readonly value?: number;
  /** Labels that name the trace of the recording. */
  readonly exemplarLabels?: Labels;
}

/** Characters of an exemplar's labels, names included (OpenMetrics 1.0.0, "Exemplars"). */
const MAX_CHARACTERS = 128;

const RULES: Rules = {
  exemplar: new Check(
    "an object of labels, such as { trace_id: '4bf92f35' }",
    isObject,
  ),
};

/**
 * The exemplar that a recording is given; `undefined` if it is given none.
 *
 * @throws {OptionsError} if the options have a mistake; {LabelError} if the exemplar is invalid.
 */
export function manualExemplar(
  options: ExemplarOptions,
  value: number,
  metric: string,
): Exemplar | undefined {
  validate(options, RULES, `${metric}: options`);
  const { exemplar } = options;
  if (exemplar === undefined) return undefined;
  const labels = canonicalLabels(exemplar, metric);
  const { length } = Array.from([...labels.names, ...labels.values].join(''));
  if (length > MAX_CHARACTERS) {
    throw new LabelError(
      `Metric "${metric}" was given an exemplar whose labels have ${length} characters; expected at most ${MAX_CHARACTERS}, names included`,
    );
  }
  return {
    labels: latin1OfUtf8(labelPairs(labels)),
    value,
    timestamp: steadyTime(),
    window: 0,
  };
}

/** What was given in place of labels, if it is a recording in the form of prom-client. No label has an object as its value. */
export function exemplarCallOf(given: object): ExemplarCall | undefined {
  const { labels, exemplarLabels } = given as Partial<Record<string, unknown>>;
  return isObject(labels) || isObject(exemplarLabels)
    ? (given as ExemplarCall)
    : undefined;
}
