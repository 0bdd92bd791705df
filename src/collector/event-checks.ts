import { checkIncrement } from '../model/counter.js';
import { MetricValueError, shown } from '../model/errors.js';
import { checkNumber } from '../model/gauge.js';
import { checkObservation } from '../model/histogram.js';
import { canonicalLabels, NO_LABELS } from '../model/labels.js';
import type { MetricEventInit } from '../model/metric-event.js';
import { MetricType } from '../model/metric-type.js';

/** Refuses an event as a whole before a metric is made or changed for it. */
export function checkEvent(event: MetricEventInit): void {
  const { name, type, value, labels = NO_LABELS } = event;
  if (!Object.values(MetricType).includes(type)) throw unknownType(event);
  canonicalLabels(labels, name);
  if (type === MetricType.COUNTER) checkIncrement(value, name);
  else if (type === MetricType.GAUGE) checkNumber(value, name);
  else checkObservation(value, name);
}

function unknownType({ name, type }: MetricEventInit): MetricValueError {
  return new MetricValueError(
    `The type of metric "${name}" is ${shown(type)}; expected one of ${Object.values(MetricType).join(', ')}`,
  );
}
