import type { GenAiMetric } from '../../core/gen-ai-conventions.js';
import type { Tally } from '../../model/tally.js';
import type { GenAiInstruments } from './gen-ai-instruments.js';
import type { KeptSeries } from './kept-series.js';
import type { RecordingBatch } from './recording-batch.js';
import type { Inference } from './recordings.js';

/** Where the times of chunks are recorded. */
interface Target {
  readonly batch: RecordingBatch;
  readonly instruments: GenAiInstruments;
  readonly series: KeptSeries;
}

/** The metrics of chunks, in one version of the conventions. */
interface ChunkMetrics {
  readonly timeToFirstChunk: GenAiMetric;
  readonly timePerOutputChunk: GenAiMetric;
}

/** @param moreChunks the times of output chunks that the inference does not list. */
export function addChunks(
  { batch, instruments, series }: Target,
  { secondsToFirstChunk, secondsPerOutputChunk = [] }: Inference,
  { timeToFirstChunk, timePerOutputChunk }: ChunkMetrics,
  moreChunks: Tally | undefined,
): void {
  if (secondsToFirstChunk !== undefined) {
    batch.addTo(series.of(timeToFirstChunk), secondsToFirstChunk);
  }
  if (secondsPerOutputChunk.length === 0) return;
  const times = series.of(timePerOutputChunk);
  for (const seconds of secondsPerOutputChunk) batch.addTo(times, seconds);
  if (moreChunks === undefined) return;
  const histogram = instruments.histogram(timePerOutputChunk);
  batch.addTally(histogram, series.labels, moreChunks);
}
