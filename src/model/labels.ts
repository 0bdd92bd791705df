import { LabelError, shown } from '../core/errors.js';
import { type GivenLabels, readLabels } from './given-labels.js';
import { shortened } from '../core/shortened.js';

/** Numbers and booleans are written as text; `null`, `undefined` and `''` mean that the label is absent. */
export type LabelValue = string | number | boolean | null | undefined;

/** Label names and their values, in any order. The object is never kept. */
export type Labels = Readonly<Record<string, LabelValue>>;

export const NO_LABELS: Labels = Object.freeze({});

/** A label set in canonical form: sorted by name, absent labels left out. */
export interface LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** A label set as users have it. */
export function labelsOf({ names, values }: LabelSet): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let i = 0; i < names.length; i++) labels[names[i]!] = values[i]!;
  return labels;
}

/** Changes a label set in canonical form on its way to its series. It may throw. */
export type LabelFilter = (labels: LabelSet) => LabelSet;

/** Characters (UTF-16 code units) of a label value; a longer one is cut and ends in "…". */
// Why: docs/decisions/security.md, "Label values end at 1,024 characters".
export const MAX_LABEL_VALUE = 1_024;

/** Characters that a label name may have; what is longer is refused. Names are in the code, and no text. */
export const MAX_LABEL_NAME = 256;

/** Labels that a series may have: the limit that OpenTelemetry has for attributes. */
export const MAX_LABELS = 128;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const RESERVED = new Set(['le', 'quantile']);

/**
 * Brings labels into canonical form, so that equal label sets are one series
 * whatever the order and the types they were given in.
 *
 * @throws {LabelError} naming the metric, the label and the rule.
 */
export function canonicalLabels(labels: Labels, metric: string): LabelSet {
  return canonicalSet(readLabels(labels, metric), metric);
}

/**
 * As {@link canonicalLabels}, for labels that were read.
 *
 * @param defaults labels, already checked, that are there unless `given` has them with a value.
 */
export function canonicalSet(
  given: GivenLabels,
  metric: string,
  defaults: Labels = {},
): LabelSet {
  const present = new Map<string, LabelValue>();
  for (const [name, value] of Object.entries(defaults)) {
    if (isPresent(value)) present.set(name, value);
  }
  given.names.forEach((name, i) => {
    checkLabelName(name, metric);
    const value = given.values[i];
    if (isPresent(value)) present.set(name, value);
  });
  if (present.size > MAX_LABELS) throw tooManyLabels(metric);
  const names = [...present.keys()].sort();
  return {
    names,
    values: names.map((name) => valueText(name, present.get(name), metric)),
  };
}

/**
 * Checks a label name against the Prometheus data model, "Metric names and labels".
 *
 * @throws {LabelError} if it is malformed or too long, starts with `__`, or is `le` or `quantile`.
 */
export function checkLabelName(name: string, metric: string): void {
  if (name.length > MAX_LABEL_NAME) {
    throw new LabelError(
      `Label name ${shown(name)} of metric "${metric}" has ${name.length} characters; expected ${MAX_LABEL_NAME} at most`,
    );
  }
  if (!LABEL_NAME.test(name)) {
    throw new LabelError(
      `Label name ${shown(name)} of metric "${metric}" is malformed; expected a letter or "_", then letters, digits and "_"`,
    );
  }
  if (name.startsWith('__') || RESERVED.has(name)) {
    throw new LabelError(
      `Label name "${name}" of metric "${metric}" is reserved by Prometheus; give it another name`,
    );
  }
}

export function tooManyLabels(metric: string): LabelError {
  return new LabelError(
    `Metric "${metric}" was given more than ${MAX_LABELS} labels, default labels included; expected ${MAX_LABELS} at most`,
  );
}

/** Whether one of these values is longer than what its series will have. */
export function hasLongValue(values: readonly LabelValue[]): boolean {
  return values.some(
    (value) => typeof value === 'string' && value.length > MAX_LABEL_VALUE,
  );
}

/** An empty label value is the same as no label (Prometheus data model). */
// Why: docs/decisions/recording.md, "An empty label value is an absent label".
export function isPresent(value: LabelValue): boolean {
  return value !== undefined && value !== null && value !== '';
}

function valueText(name: string, value: LabelValue, metric: string): string {
  switch (typeof value) {
    case 'string':
      // A lone surrogate has no UTF-8 form; two of them must not become one series on the page.
      return value.length > MAX_LABEL_VALUE
        ? shortened(value, MAX_LABEL_VALUE)
        : value.toWellFormed();
    case 'number':
    case 'boolean':
      return String(value);
    default:
      throw new LabelError(
        `Label "${name}" of metric "${metric}" is ${shown(value)}; expected a string, number or boolean`,
      );
  }
}
