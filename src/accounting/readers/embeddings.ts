import { isFields, text } from '../fields.js';
import { readUsage } from './openai-usage.js';
import type { ApiReader } from './said.js';

/** Embeddings. They have no output tokens, although some servers send a 0. */
export const embeddings: ApiReader = {
  hasBothTotals: false,
  read({ data, model, usage }) {
    const responseModel = text(model);
    if (!Array.isArray(data) && !responseModel && !isFields(usage)) {
      return undefined;
    }
    if (!isFields(usage)) return { responseModel };
    const { input, total, inputByModality, ...told } = readUsage(usage);
    const { cost, upstreamCost, odd } = told;
    return {
      responseModel,
      told: { input: input ?? total, inputByModality, cost, upstreamCost, odd },
    };
  },
};
