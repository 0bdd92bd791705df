import { count, type Fields, fieldsOf, hasContent, text } from '../fields.js';
import { oddFields } from '../odd-fields.js';
import type { ApiReader, ToldUsage } from './said.js';

/** Ollama's chats and text completions: an answer, or a line of a streamed one. */
export const ollamaChat: ApiReader = {
  hasBothTotals: true,
  read(answer) {
    const responseModel = text(answer['model']);
    const { done, done_reason } = answer;
    if (responseModel === undefined && done === undefined) return undefined;
    return {
      responseModel,
      finishReason: text(done_reason),
      isEnd: done === true,
      isOutput: isOutput(answer),
      // Only the last line has counts.
      told: done === false ? undefined : toldUsage(answer),
    };
  },
};

function toldUsage(answer: Fields): ToldUsage {
  const { prompt_eval_count, eval_count, prompt_eval_cached_count } = answer;
  return {
    input: count(prompt_eval_count),
    output: count(eval_count),
    cached: count(prompt_eval_cached_count),
    odd: oddFields({ prompt_eval_count, eval_count, prompt_eval_cached_count }),
  };
}

function isOutput({ message, response, thinking }: Fields): boolean {
  const { content, thinking: thought, tool_calls } = fieldsOf(message);
  return [content, thought, tool_calls, response, thinking].some(hasContent);
}

/** Ollama's embeddings. */
export const ollamaEmbed: ApiReader = {
  hasBothTotals: false,
  read({ model, embeddings, prompt_eval_count }) {
    const responseModel = text(model);
    if (responseModel === undefined && !Array.isArray(embeddings)) {
      return undefined;
    }
    return { responseModel, told: toldUsage({ prompt_eval_count }) };
  },
};
