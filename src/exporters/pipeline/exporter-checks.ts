import { OptionsError, shown } from '../../core/errors.js';
import { MetricType } from '../../model/metric-type.js';
import {
  BOOLEAN,
  Check,
  FUNCTION,
  integer,
  isObject,
  milliseconds,
  type Rules,
  validate,
  validateOne,
} from '../../core/validate.js';
import type { MetricsExporter } from '../exporter.js';

/** A time in milliseconds. */
export const EXPORT_TIMEOUT = milliseconds(1);

export const EXPORT_INTERVAL = new Check(
  `${EXPORT_TIMEOUT.expected}, or false`,
  (value) => value === false || EXPORT_TIMEOUT.test(value),
);

export const EXPORTER_NAME = new Check(
  'a name of letters, digits, "_", "." and "-", with a letter first',
  (value) => typeof value === 'string' && /^[a-z][\w.-]*$/i.test(value),
);

export const FLUSH_TIMEOUT = new Check(
  'a number of milliseconds, 0 or more',
  (value) => typeof value === 'number' && value >= 0,
);

const TYPES: readonly unknown[] = Object.values(MetricType);

const RULES: Rules = {
  name: EXPORTER_NAME,
  interval: EXPORT_INTERVAL,
  timeout: EXPORT_TIMEOUT,
  flushAtShutdown: BOOLEAN,
  needsSnapshot: BOOLEAN,
  oncePerGroup: BOOLEAN,
  eventTypes: new Check(
    `an array of ${TYPES.join(', ')}`,
    (value) =>
      Array.isArray(value) && value.every((type) => TYPES.includes(type)),
  ),
  maxQueueSize: integer(1, 10_000_000),
  start: FUNCTION,
  export: FUNCTION,
  receive: FUNCTION,
  shutdown: FUNCTION,
};

/**
 * Checks a value that the app gives as an exporter.
 *
 * @param path the path of the option, for messages.
 * @throws {OptionsError} naming what is wrong with it.
 */
export function checkExporter(
  exporter: unknown,
  path: string,
): asserts exporter is MetricsExporter {
  const { export: exports, receive } = isObject(exporter) ? exporter : {};
  if (exports === undefined && receive === undefined) {
    throw new OptionsError(
      `${path} is ${shown(exporter)}; expected a MetricsExporter, with export() or receive()`,
    );
  }
  // An exporter may have members of its own class besides those of the interface.
  const known = Object.keys(RULES).map((key) => [
    key,
    (exporter as Record<string, unknown>)[key],
  ]);
  validate(Object.fromEntries(known), RULES, path);
  const { name } = exporter as { name?: unknown };
  validateOne(name, EXPORTER_NAME, `${path}.name`);
}
