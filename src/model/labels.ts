import { LabelError, shown } from '../core/errors.js';
import { shortened } from '../core/shortened.js';

/** The value of a label. Numbers and booleans become text; `null`, `undefined` and `''` mean that the label is absent. */
export type LabelValue = string | number | boolean | null | undefined;

/** Label names and their values, in any order. The object itself is never stored. */
export type Labels = Readonly<Record<string, LabelValue>>;

export const NO_LABELS: Labels = Object.freeze({});

/** A label set in canonical form: sorted by name, absent labels left out. */
export interface LabelSet {
  readonly names: readonly string[];
  readonly values: readonly string[];
}

/** The value of a label; empty without it. */
export function labelOf({ names, values }: LabelSet, name: string): string {
  const at = names.indexOf(name);
  return at < 0 ? '' : values[at]!;
}

/** The labels of a set as an object. */
export function labelsOf({ names, values }: LabelSet): Record<string, string> {
  const labels: Record<string, string> = {};
  for (let i = 0; i < names.length; i++) labels[names[i]!] = values[i]!;
  return labels;
}

/** Changes the canonical label set of a new series. It may throw. */
export type LabelFilter = (labels: LabelSet) => LabelSet;

/** Characters (UTF-16 code units) of a label value; a longer one is cut and ends in "…". */
// Why: docs/decisions/security.md, "Label values end at 1,024 characters".
export const MAX_LABEL_VALUE = 1_024;

/** Characters of a label name; longer names are refused. */
export const MAX_LABEL_NAME = 256;

/** Labels of a series. OpenTelemetry has the same limit for attributes. */
export const MAX_LABELS = 128;

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const RESERVED = new Set(['le', 'quantile']);

/**
 * The canonical form of labels. Labels that are equal in another order or in other types
 * have the same form, and so the same series.
 *
 * @throws {LabelError} naming the metric, the label and the rule.
 */
export function canonicalLabels(labels: Labels, metric: string): LabelSet {
  return canonicalSet(readLabels(labels, metric), metric);
}

/**
 * As {@link canonicalLabels}, for labels that were read.
 *
 * @param defaults checked labels for the names that `given` has no value for.
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
    values: names.map((name) =>
      canonicalValue(name, present.get(name), metric),
    ),
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

/** Whether the series shortens one of these values. */
export function hasLongValue(values: readonly LabelValue[]): boolean {
  return values.some(
    (value) => typeof value === 'string' && value.length > MAX_LABEL_VALUE,
  );
}

/** Whether a label has a value: an empty one is the same as no label (Prometheus data model). */
// Why: docs/decisions/recording.md, "An empty label value is an absent label".
export function isPresent(value: LabelValue): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Whether a value is stored as it is. A lone surrogate is not: it has no UTF-8 form. */
export function isCanonicalValue(value: LabelValue): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    value.length <= MAX_LABEL_VALUE &&
    value.isWellFormed()
  );
}

function canonicalValue(
  name: string,
  value: LabelValue,
  metric: string,
): string {
  if (isCanonicalValue(value)) return value;
  switch (typeof value) {
    case 'string':
      return shortened(value, MAX_LABEL_VALUE);
    case 'number':
    case 'boolean':
      return String(value);
    default:
      throw new LabelError(
        `Label "${name}" of metric "${metric}" is ${shown(value)}; expected a string, number or boolean`,
      );
  }
}

/**
 * Labels as they were given: the own enumerable keys of an object in their order, with
 * their values. The object is read once, as a getter or Proxy might return one value to
 * the look-up and another one to the new series.
 */
export class GivenLabels {
  readonly names: string[] = [];
  readonly values: LabelValue[] = [];

  /** Whether there are more than {@link MAX_LABELS}. In that case the rest is not read. */
  get areTooMany(): boolean {
    return this.names.length > MAX_LABELS;
  }

  add(name: string, value: LabelValue): void {
    this.names.push(name);
    this.values.push(value);
  }
}

/**
 * Reads labels.
 *
 * @throws {LabelError} if `labels` is no object of labels, or has more than 128. Errors of getters pass through.
 */
export function readLabels(labels: unknown, metric: string): GivenLabels {
  if (typeof labels !== 'object') throw labelsError(labels, metric);
  const given = new GivenLabels();
  for (const name in labels) {
    if (!Object.prototype.hasOwnProperty.call(labels, name)) continue;
    given.add(name, (labels as Labels)[name]);
    if (given.areTooMany) break;
  }
  checkGiven(given, labels, metric);
  return given;
}

/** A copy of labels. Throws as {@link readLabels} does. */
export function ownLabels(labels: unknown, metric: string): Labels {
  const { names, values } = readLabels(labels, metric);
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

/** @throws {LabelError} if `given`, which was read from `labels`, has too many labels, or none although `labels` is no empty object. */
export function checkGiven(
  given: GivenLabels,
  labels: object | null,
  metric: string,
): void {
  if (given.areTooMany) {
    throw tooManyLabels(metric);
  }
  const isEmpty = given.names.length === 0;
  if (isEmpty ? !isPlainObject(labels) : Array.isArray(labels)) {
    throw labelsError(labels, metric);
  }
}

/**
 * Whether an object has no other data than its own keys: `{}`, also of another realm, or
 * `null`. A Map, a Date or an object with inherited labels has: it must not be recorded
 * as having no labels.
 */
export function isPlainObject(labels: object | null): boolean {
  if (labels === null) return true;
  const prototype = Object.getPrototypeOf(labels) as object | null;
  return prototype === null || Object.hasOwn(prototype, 'hasOwnProperty');
}

function labelsError(labels: unknown, metric: string): LabelError {
  return new LabelError(
    `Labels of metric "${metric}" are ${shown(labels)}; expected an object of label names and values`,
  );
}
