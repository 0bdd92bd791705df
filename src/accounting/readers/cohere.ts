import { errorOf } from '../answer-errors.js';
import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  sum,
  text,
} from '../fields.js';
import { oddFields } from '../odd-fields.js';
import type { ApiReader, Said, ToldUsage } from './said.js';

/** Cohere's chat: an answer, or an event of a stream. */
export const cohereChat: ApiReader = {
  hasBothTotals: true,
  read(answer) {
    const { type, delta, message, usage, meta } = answer;
    if (typeof type === 'string' && type !== 'message-end') {
      return { isOutput: isOutput(fieldsOf(delta)) };
    }
    const end = type === 'message-end' ? fieldsOf(delta) : answer;
    const isOfApi = [message, usage, meta].some(isFields) || end !== answer;
    return isOfApi ? readEnd(end) : undefined;
  },
};

function readEnd({ finish_reason, usage, meta, error }: Fields): Said {
  const finishReason = text(finish_reason);
  return {
    finishReason,
    error: hasContent(error) ? errorOf({ code: finishReason }) : undefined,
    isOutput: false,
    told: toldUsage(isFields(usage) ? usage : fieldsOf(meta)),
  };
}

/** Cohere bills other counts than those of the tokens that its model has processed. */
function toldUsage({ tokens, billed_units, cached_tokens }: Fields): ToldUsage {
  const billed = fieldsOf(billed_units);
  const { input_tokens: input, output_tokens: output } = fieldsOf(
    isFields(tokens) ? tokens : billed,
  );
  return {
    input: count(input),
    output: count(output),
    cached: count(cached_tokens),
    billedInput: sum(
      count(billed['input_tokens']),
      count(billed['image_tokens']),
    ),
    billedOutput: count(billed['output_tokens']),
    odd: oddFields({ tokens, billed_units, cached_tokens }),
  };
}

function isOutput({ message }: Fields): boolean {
  const { content, tool_plan, tool_calls } = fieldsOf(message);
  const { text: words, thinking } = fieldsOf(content);
  return [words, thinking, tool_plan, tool_calls].some(hasContent);
}

/** Cohere's embeddings. */
export const cohereEmbed: ApiReader = {
  hasBothTotals: false,
  read({ embeddings, meta }) {
    if (!hasContent(embeddings) && !isFields(meta)) return undefined;
    const { billed_units } = fieldsOf(meta);
    const {
      output: _none,
      billedOutput: _neither,
      ...told
    } = toldUsage({ billed_units });
    return { told: { ...told, input: told.billedInput } };
  },
};
