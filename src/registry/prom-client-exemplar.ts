import type { Exemplar } from '../model/exemplars.js';
import { bytesText, labelPairs } from '../model/label-text.js';
import { steadyTimeOf } from '../core/wall-clock.js';
import { foreignLabels } from './prom-client-labels.js';

/** The most characters that the labels of an exemplar may have (OpenMetrics 1.0.0, "Exemplars"). */
const MAX_CHARACTERS = 128;

/** An exemplar of a prom-client metric. One that cannot be written is left out, and its sample is not. */
export function foreignExemplar(given: unknown): Exemplar | undefined {
  if (typeof given !== 'object' || given === null) return undefined;
  try {
    const { labelSet, value, timestamp } = given as Record<string, unknown>;
    const labels = foreignLabels(Object(labelSet), 'exemplar');
    const characters = [...labels.names, ...labels.values].join('');
    const isValid =
      Array.from(characters).length <= MAX_CHARACTERS &&
      typeof value === 'number' &&
      Number.isFinite(timestamp);
    if (!isValid) return undefined;
    return {
      labels: bytesText(labelPairs(labels)),
      value,
      timestamp: steadyTimeOf(timestamp as number),
      round: 0,
    };
  } catch {
    return undefined;
  }
}
