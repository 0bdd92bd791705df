import { hasContent, isFields, text } from '../fields.js';
import { placementByTotal, readUsage } from './openai-usage.js';
import type { ApiReader } from './said.js';

/** Transcriptions and translations of speech: an answer, or an event of a streamed one. Some models are billed by the minute, and report no tokens. */
export const transcriptions: ApiReader = {
  hasBothTotals: true,
  placement: placementByTotal,
  read({ type, text: words, delta, usage }) {
    const isEvent = text(type) !== undefined;
    if (!isEvent && typeof words !== 'string') return undefined;
    return {
      // That of type `duration` has seconds, and no counts.
      told: isFields(usage) ? readUsage(usage) : undefined,
      isOutput: hasContent(delta),
      isEnd: String(type).endsWith('.done'),
    };
  },
  // Subtitles and plain texts are asked for by `response_format`.
  readText: (answer) => (/^\s*</.test(answer) ? undefined : {}),
};

/** Speech from a text. The answer is a sound, without its tokens. */
export const speech: ApiReader = {
  hasBothTotals: false,
  read: () => ({}),
};
