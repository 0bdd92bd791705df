import type { InferenceAnswer } from '../../accounting/answer.js';
import {
  type Fields,
  fieldsOf,
  hasContent,
  text,
} from '../../accounting/fields.js';
import type { GenerationParts } from './generation.js';

const MODELS = ['model_name', 'model'] as const;
const FINISH_REASONS = [
  'finish_reason',
  'stop_reason',
  'finishReason',
  'stopReason',
  'done_reason',
] as const;
const SERVICE_TIERS = ['service_tier', 'serviceTier'] as const;

/** What an answer, or a chunk of one, says beside its tokens. */
export function plainAnswer(parts: GenerationParts): InferenceAnswer {
  const { metadata, info, extra } = parts;
  const places = [metadata, info, extra, fieldsOf(metadata['messageStop'])];
  return {
    responseModel: firstText(places, MODELS),
    finishReason: firstText(places, FINISH_REASONS),
    serviceTier: firstText(places, SERVICE_TIERS),
    finishKind: hasContent(extra['refusal']) ? 'refusal' : undefined,
  };
}

function firstText(
  places: readonly Fields[],
  names: readonly string[],
): string | undefined {
  for (const place of places) {
    for (const name of names) {
      const told = text(place[name]);
      if (told !== undefined) return told;
    }
  }
  return undefined;
}
