import {
  BUCKETS,
  DEFAULT_LABELS,
  succeeds,
} from '../collector/recording-checks.js';
import {
  type DecoratedMethod,
  withDecoratorError,
} from '../instrumentation/decorated-method.js';
import { checkLabelName } from '../model/labels.js';
import { checkMetricName } from '../model/names.js';
import {
  BOOLEAN,
  Check,
  type Rules,
  validate,
  validateOne,
} from '../core/validate.js';

const CALL_LABELS = new Check(
  `a function of the ended call, or ${DEFAULT_LABELS.expected}`,
  (value) => typeof value === 'function' || DEFAULT_LABELS.test(value),
);

const NAME = (value: unknown) => checkMetricName(value as string);

const TEXT = new Check('a text', (value) => typeof value === 'string');

export const LABEL_NAME = new Check(
  'the name of a label: a letter or "_", then letters, digits and "_"; not le, quantile or __x',
  (value) =>
    typeof value === 'string' && succeeds(() => checkLabelName(value, '')),
);

const LABEL_SETS = new Check(
  'an array of objects of label names and values',
  Array.isArray,
);

function checkLabelSets(value: unknown, path: string): void {
  validateOne(value, LABEL_SETS, path);
  for (const [i, labels] of (value as unknown[]).entries()) {
    validateOne(labels, DEFAULT_LABELS, `${path}[${i}]`);
  }
}

export const TIMED_RULES = {
  name: NAME,
  description: TEXT,
  labels: CALL_LABELS,
  initialLabels: checkLabelSets,
  buckets: BUCKETS,
} satisfies Rules;

export const COUNTED_RULES = {
  name: NAME,
  description: TEXT,
  labels: CALL_LABELS,
  initialLabels: checkLabelSets,
  recordFailuresOnly: BOOLEAN,
} satisfies Rules;

export const STREAMED_RULES = {
  name: NAME,
  labels: CALL_LABELS,
  initialLabels: checkLabelSets,
  buckets: BUCKETS,
} satisfies Rules;

export const IN_FLIGHT_RULES = {
  name: NAME,
  description: TEXT,
  labels: DEFAULT_LABELS,
} satisfies Rules;

/**
 * Checks the options of a decorator, which may be the name of a metric alone.
 *
 * @throws {DecoratorError} naming the decorator, its method, what was given and what is allowed.
 */
export function namedOptions<O extends { name?: string }>(
  method: DecoratedMethod,
  given: string | O,
  rules: Rules,
): O {
  const options = typeof given === 'string' ? ({ name: given } as O) : given;
  withDecoratorError(method.place, () => validate(options, rules));
  return options;
}
