import { finishKind } from '../../accounting/finish-kind.js';
import { kindOfOperation } from '../../core/gen-ai-conventions.js';
import type { SeriesOfInference } from './inference-series.js';
import type { EndedInference, InferenceRecorder } from './inference-writer.js';
import { OWN_METRICS } from './own-metrics.js';
import type { RecordingBatch } from './recording-batch.js';
import { failureOf, type Inference } from './recordings.js';

/** Counts inferences by the reason why their answer ended: a few kinds, whatever providers call them. */
export class FinishReasons implements InferenceRecorder {
  add(
    batch: RecordingBatch,
    { inference }: EndedInference,
    { own }: SeriesOfInference,
  ): void {
    if (kindOfOperation(inference.operation ?? 'chat') !== 'inference') return;
    const reason = reasonOf(inference);
    batch.addTo(own.of(OWN_METRICS.finishes, 'finish_reason', reason), 1);
  }
}

/** `none` for an answer that tells none, e.g. a stream that its consumer left. */
function reasonOf(inference: Inference): string {
  const { finishReason, finishKind: kind } = inference;
  if (kind !== undefined) return kind;
  if (finishReason !== undefined) return finishKind(finishReason);
  return failureOf(inference) === undefined ? 'none' : 'error';
}
