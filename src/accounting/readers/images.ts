import { isFields, text } from '../fields.js';
import { placementByTotal, readUsage } from './openai-usage.js';
import type { ApiReader } from './said.js';

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
      told: isFields(usage) ? readUsage(usage) : undefined,
      // Models without usage are billed by image.
      calls:
        isFields(usage) || !Array.isArray(data)
          ? undefined
          : { image: data.length },
      isOutput: text(b64_json) !== undefined,
      isEnd: isCompleted,
    };
  },
};
