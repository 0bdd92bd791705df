import { checkIncrement } from '../model/counter.js';
import { MetricValueError, shown } from '../core/errors.js';
import { checkNumber } from '../model/gauge.js';
import {
  canonicalLabels,
  type Labels,
  NO_LABELS,
  ownLabels,
  readLabels,
} from '../model/labels.js';
import { checkObservation } from '../model/histogram.js';
import type { MetricEventInit } from '../model/metric-event.js';
import { MetricType } from '../model/metric-type.js';
import type { Families } from './families.js';
import type { AnyInstrument } from './family-factory.js';

/** An event makes the series that it is recorded in, and no other. */
const NONE: readonly Labels[] = [];

/**
 * Records the value of an event in the series of these labels.
 *
 * @throws {MetricValueError} or {LabelError}. Nothing is recorded then.
 */
export function recordValue(
  instrument: AnyInstrument,
  value: number,
  labels: Labels = NO_LABELS,
): void {
  if (typeof labels !== 'object') readLabels(labels, instrument.name);
  instrument.record(labels, value);
}

/**
 * Records an event whose metric is new, or is to be checked or described. Apart from
 * `record()`, which V8 can inline only while it is small.
 */
export function recordUnready(
  families: Families,
  event: MetricEventInit,
): void {
  const labels = checkEvent(event);
  const { name, type, value, description, unit } = event;
  const options = { description, unit, initialLabels: NONE };
  recordValue(families.getOrCreate(name, type, options), value, labels);
}

/**
 * Checks the whole event, so that one that is refused neither makes nor changes a metric.
 *
 * @returns the labels, which are read here once.
 */
function checkEvent(event: MetricEventInit): Labels {
  const { name, type, value } = event;
  if (!Object.values(MetricType).includes(type)) throw unknownType(event);
  const labels = ownLabels(event.labels ?? NO_LABELS, name);
  canonicalLabels(labels, name);
  if (type === MetricType.COUNTER) checkIncrement(value, name);
  else if (type === MetricType.GAUGE) checkNumber(value, name);
  else checkObservation(value, name);
  return labels;
}

function unknownType({ name, type }: MetricEventInit): MetricValueError {
  return new MetricValueError(
    `The type of metric "${name}" is ${shown(type)}; expected one of ${Object.values(MetricType).join(', ')}`,
  );
}
