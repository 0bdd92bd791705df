import { count, type Fields, fieldsOf } from '../../accounting/fields.js';

/**
 * LangChain's counts (`usage_metadata`), in the forms that the readers of answers know. Its
 * packages fill in zeros for counts that the provider does not tell.
 */

/** Whether anything is counted: an inference has at least one token. */
export function hasCounts(counts: Fields): boolean {
  const { input_tokens, output_tokens, total_tokens } = counts;
  return [input_tokens, output_tokens, total_tokens].some((one) => count(one));
}

/**
 * In the form of chat completions.
 *
 * @param cacheRepeats how often the count of the cache is in its sum.
 */
export function chatUsage(counts: Fields, cacheRepeats = 1): Fields {
  const input = fieldsOf(counts['input_token_details']);
  const output = fieldsOf(counts['output_token_details']);
  return {
    prompt_tokens: counts['input_tokens'],
    completion_tokens: counts['output_tokens'],
    total_tokens: counts['total_tokens'],
    prompt_tokens_details: {
      cached_tokens: dividedBy(cacheRepeats, input['cache_read']),
      cache_write_tokens: input['cache_creation'],
      ...byModality(input),
    },
    completion_tokens_details: {
      reasoning_tokens: output['reasoning'],
      ...byModality(output),
    },
  };
}

/** What is no count stays as it is. */
function dividedBy(divisor: number, value: unknown): unknown {
  const counted = count(value);
  return counted === undefined ? value : counted / divisor;
}

function byModality({ text, image, audio, video }: Fields): Fields {
  return {
    text_tokens: text,
    image_tokens: image,
    audio_tokens: audio,
    video_tokens: video,
  };
}

/** In the form of the Responses API; `undefined` if nothing is counted. */
export function responsesUsage(counts: Fields): Fields | undefined {
  if (!hasCounts(counts)) return undefined;
  const { prompt_tokens, completion_tokens, ...usage } = chatUsage(counts);
  return {
    ...usage,
    input_tokens: prompt_tokens,
    output_tokens: completion_tokens,
  };
}

/**
 * In Anthropic's form, which does not have the cached tokens in the input.
 *
 * @param usage what the message has of Anthropic's own usage; in streams all but the input and the output.
 */
export function anthropicUsage(usage: Fields, counts: Fields): Fields {
  const details = fieldsOf(counts['input_token_details']);
  const { cache_read, cache_creation, ...rest } = details;
  const input = count(counts['input_tokens']);
  const cached = (count(cache_read) ?? 0) + (count(cache_creation) ?? 0);
  return {
    // The last chunk of a stream has a 0.
    input_tokens: input ? input - cached : undefined,
    output_tokens: counts['output_tokens'],
    cache_read_input_tokens: cache_read,
    cache_creation_input_tokens: cache_creation,
    // Newer packages split the writes by lifetime, by Anthropic's names.
    cache_creation: rest,
    ...usage,
  };
}
