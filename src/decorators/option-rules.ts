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
import { BOOLEAN, Check, type Rules, validate } from '../core/validate.js';

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

export const TIMED_RULES = {
  name: NAME,
  description: TEXT,
  labels: CALL_LABELS,
  buckets: BUCKETS,
} satisfies Rules;

export const COUNTED_RULES = {
  name: NAME,
  description: TEXT,
  labels: CALL_LABELS,
  recordFailuresOnly: BOOLEAN,
} satisfies Rules;

export const STREAMED_RULES = {
  name: NAME,
  labels: CALL_LABELS,
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
