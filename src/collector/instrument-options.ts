import { AGGREGATORS } from '../model/aggregator.js';
import { OptionsError, shown } from '../core/errors.js';
import { MetricType } from '../model/metric-type.js';
import {
  BOOLEAN,
  Check,
  isObject,
  oneOf,
  type Rules,
  validate,
} from '../core/validate.js';
import type { Families } from './families.js';
import type { AnyInstrument } from './family-factory.js';
import type { GaugeOptions, HistogramOptions } from './metrics-collector.js';

/** Accepts every value: the option is checked where it is used. */
const ANY = new Check('', () => true);

const SECONDS = new Check(
  'a finite number of seconds above 0',
  (value) => Number.isFinite(value) && (value as number) > 0,
);

const COMMON = {
  description: ANY,
  unit: ANY,
  labelNames: ANY,
  initialLabels: ANY,
  expireAfter: SECONDS,
  prefixed: BOOLEAN,
} satisfies Rules;

const CALLBACK = new Check(
  'a function that reads the value',
  (value) => typeof value === 'function',
);

const HISTOGRAM_RULES: Rules = { ...COMMON, buckets: ANY };

const RULES: Readonly<Record<MetricType, Rules>> = {
  [MetricType.COUNTER]: COMMON,
  [MetricType.GAUGE]: {
    ...COMMON,
    collect: CALLBACK,
    aggregator: oneOf(...AGGREGATORS),
    persistent: BOOLEAN,
  },
  [MetricType.HISTOGRAM]: HISTOGRAM_RULES,
  [MetricType.TIMER]: HISTOGRAM_RULES,
};

/**
 * Returns the instrument of this name and type, created if it is new.
 *
 * @throws {OptionsError} naming the metric, the option and what is allowed; and what {@link Families.getOrCreate} throws.
 */
export function requestInstrument(
  families: Families,
  name: string,
  type: MetricType,
  options: (GaugeOptions & HistogramOptions) | undefined,
): AnyInstrument {
  if (options !== undefined) checkOptions(name, type, options);
  return families.getOrCreate(name, type, options);
}

function checkOptions(name: string, type: MetricType, options: object): void {
  if (isQuicklyKnown(type, options)) return;
  const rules = RULES[type];
  if (!isObject(options)) {
    throw new OptionsError(
      `The options of ${type} ${shown(name)} are ${shown(options)}; expected an object with any of: ${Object.keys(rules).join(', ')}`,
    );
  }
  validate(options, rules, `${type}(${shown(name)})`);
}

/** A fast path for correct options: apps request instruments in every HTTP request. */
function isQuicklyKnown(type: MetricType, options: any): boolean {
  if (typeof options !== 'object' || options === null) return false;
  for (const option in options) {
    switch (option) {
      case 'description':
      case 'unit':
      case 'labelNames':
        break;
      case 'buckets':
        if (type === MetricType.COUNTER || type === MetricType.GAUGE)
          return false;
        break;
      default:
        return false;
    }
  }
  return true;
}
