import { isFields, text } from '../fields.js';
import { placementByTotal, readUsage } from './openai-usage.js';
import type { ApiReader, ToldUsage } from './said.js';

/** Images: an answer, or an event of a streamed one, which has a part of an image or all of it. */
export const images: ApiReader = {
  hasBothTotals: false,
  placement: placementByTotal,
  read({ type, data, created, b64_json, usage, model }) {
    const isCompleted = String(type).endsWith('.completed');
    const isOfApi =
      Array.isArray(data) || isFields(usage) || created !== undefined;
    if (!isOfApi && text(type) === undefined) return undefined;
    return {
      responseModel: text(model),
      told: isFields(usage) ? readUsage(usage) : billedByImage(data),
      isOutput: text(b64_json) !== undefined,
      isEnd: isCompleted,
    };
  },
};

/** Models whose answers have no usage are billed by image. */
function billedByImage(data: unknown): ToldUsage | undefined {
  return Array.isArray(data) ? { calls: { image: data.length } } : undefined;
}
