import type { Exemplar } from '../model/exemplars.js';
import { latin1OfUtf8, labelPairs } from '../model/label-text.js';
import { steadyTimeOf } from '../core/wall-clock.js';
import { promClientLabels } from './prom-client-labels.js';

/** The most characters that the labels of an exemplar may have (OpenMetrics 1.0.0, "Exemplars"). */
const MAX_CHARACTERS = 128;

/** An exemplar of a prom-client metric. One that cannot be written is left out, and its sample is not. */
export function promClientExemplar(given: unknown): Exemplar | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  try {
    const { labelSet, value, timestamp } = given as Record<string, unknown>;
    const labels = promClientLabels(Object(labelSet), 'exemplar');
    const characters = [...labels.names, ...labels.values].join('');
    const isValid =
      Array.from(characters).length <= MAX_CHARACTERS &&
      typeof value === 'number' &&
      Number.isFinite(timestamp);
    if (!isValid) return undefined;
    return {
      labels: latin1OfUtf8(labelPairs(labels)),
      value,
      timestamp: steadyTimeOf(timestamp as number),
      window: 0,
    };
  } catch {
    return undefined;
  }
}
