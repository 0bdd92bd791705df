import { checkIncrement, Counter } from '../model/counter.js';
import { MetricValueError, shown } from '../core/errors.js';
import { checkNumber, Gauge } from '../model/gauge.js';
import { ownLabels, readLabels } from '../model/given-labels.js';
import { checkObservation, type Histogram } from '../model/histogram.js';
import { canonicalLabels, type Labels, NO_LABELS } from '../model/labels.js';
import type { MetricEventInit } from '../model/metric-event.js';
import { MetricType } from '../model/metric-type.js';

/**
 * Records the value of an event in the series of these labels.
 *
 * @throws {MetricValueError} or {LabelError}. Nothing is recorded then.
 */
export function recordValue(
  instrument: Counter | Gauge | Histogram,
  value: number,
  labels: Labels = NO_LABELS,
): void {
  // The instruments would take what is no object for the value.
  if (typeof labels !== 'object') readLabels(labels, instrument.name);
  if (instrument instanceof Counter) instrument.inc(labels, value);
  else if (instrument instanceof Gauge) instrument.set(labels, value);
  else instrument.observe(labels, value);
}

/**
 * Checks the whole event, so that one that is refused neither makes nor changes a metric.
 *
 * @returns the labels, which are read here once.
 */
export function checkEvent(event: MetricEventInit): Labels {
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
