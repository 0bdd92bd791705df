import type { NamedPoints } from '../answers.js';
import type { Models } from '../query/model-measures.js';

/** Lines at most: more look alike. */
const MAX_LINES = 5;

/** The time to the first chunk at p95, of the models with the most streams. */
export function firstChunkLines({ all }: Models): NamedPoints[] {
  return [...all]
    .filter(({ firstChunk }) => (firstChunk?.total ?? 0) > 0)
    .sort((a, b) => b.firstChunk!.total - a.firstChunk!.total)
    .slice(0, MAX_LINES)
    .map(({ name, firstChunkLine }) => ({
      name,
      points: firstChunkLine!.quantile(0.95),
    }));
}
