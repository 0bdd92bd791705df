import type { AnswerCase } from '../../accounting/answers/cases.js';
import { chunksOf } from '../../accounting/answers/sources.js';
import type { MadeAnswer, MadeMessage } from './message-model.js';

/**
 * What LangChain's packages make of answers, as read in @langchain/openai 1.5, @langchain/anthropic 1.5,
 * @langchain/google-genai 2.3, @langchain/aws 1.4, and, from its types alone, @langchain/ollama 1.
 */

const text = (value: unknown) => (typeof value === 'string' ? value : '');

/** ChatOpenAI with chat completions, and the packages for servers with the same API. */
export function chatMessages(
  one: AnswerCase,
  isRawIncluded: boolean,
): MadeAnswer {
  const raw = (answer: any) =>
    isRawIncluded ? { additional_kwargs: { __raw_response: answer } } : {};
  if (one.mode === 'json') {
    const { choices = [], model, usage } = one.answer;
    return {
      messages: choices.map(({ message, finish_reason }: any) => ({
        content: text(message.content),
        ...raw(one.answer),
        response_metadata: {
          model_provider: 'openai',
          model_name: model,
          usage: { ...usage },
        },
        usage_metadata: chatCounts(usage),
        generationInfo: { finish_reason },
      })),
      llmOutput: { tokenUsage: { promptTokens: usage?.prompt_tokens } },
    };
  }
  const chunks = chunksOf(one) as any[];
  const { usage } = chunks.findLast((chunk) => chunk.usage) ?? {};
  const last = usage && {
    response_metadata: { usage: { ...usage } },
    usage_metadata: chatCounts(usage),
  };
  const messages = chunks
    .filter(({ choices }) => choices?.[0]?.delta)
    .map((chunk) => chatChunk(chunk, raw(chunk)));
  return { isStream: true, messages: last ? [...messages, last] : messages };
}

function chatChunk(chunk: any, raw: object): MadeMessage {
  const { delta, finish_reason } = chunk.choices[0];
  const isLast = finish_reason !== null && finish_reason !== undefined;
  return {
    content: text(delta.content),
    ...raw,
    response_metadata: { model_provider: 'openai', usage: { ...chunk.usage } },
    generationInfo: {
      prompt: 0,
      completion: 0,
      ...(isLast && {
        finish_reason,
        model_name: chunk.model,
        service_tier: chunk.service_tier,
      }),
    },
  };
}

function chatCounts(usage: any) {
  const { prompt_tokens_details: input, completion_tokens_details: output } =
    usage ?? {};
  return {
    input_tokens: usage?.prompt_tokens,
    output_tokens: usage?.completion_tokens,
    total_tokens: usage?.total_tokens,
    input_token_details: {
      audio: input?.audio_tokens,
      cache_read: input?.cached_tokens,
      cache_creation: input?.cache_write_tokens,
    },
    output_token_details: {
      audio: output?.audio_tokens,
      reasoning: output?.reasoning_tokens,
    },
  };
}

/** ChatOpenAI with the Responses API. */
export function responseMessages(one: AnswerCase): MadeAnswer {
  if (one.mode === 'json') {
    const { usage, ...response } = one.answer;
    return {
      messages: [
        {
          response_metadata: {
            ...response,
            object: 'response',
            model_name: response.model,
          },
          usage_metadata: responseCounts(usage),
        },
      ],
    };
  }
  const messages = (chunksOf(one) as any[]).flatMap(
    ({ type, response, delta }): MadeMessage[] => {
      if (type === 'response.created') {
        const { model } = response;
        return [{ response_metadata: { model, model_name: model } }];
      }
      if (type === 'response.output_text.delta') {
        return [{ content: [{ type: 'text', text: delta }] }];
      }
      if (['response.completed', 'response.incomplete'].includes(type)) {
        return [
          {
            response_metadata: { ...response, object: 'response' },
            usage_metadata: responseCounts(response.usage),
          },
        ];
      }
      return [];
    },
  );
  return { isStream: true, messages };
}

function responseCounts(usage: any) {
  const { input_tokens_details: input, output_tokens_details: output } =
    usage ?? {};
  return {
    input_tokens: usage?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? 0,
    total_tokens: usage?.total_tokens ?? 0,
    input_token_details: {
      cache_read: input?.cached_tokens,
      cache_creation: input?.cache_write_tokens,
    },
    output_token_details: { reasoning: output?.reasoning_tokens },
  };
}

/** ChatAnthropic. */
export function anthropicMessages(one: AnswerCase): MadeAnswer {
  const model_provider = 'anthropic';
  if (one.mode === 'json') {
    const { content: _content, ...rest } = one.answer;
    return {
      messages: [
        {
          response_metadata: { ...rest, model_provider },
          additional_kwargs: rest,
          usage_metadata: anthropicCounts(rest.usage),
        },
      ],
      llmOutput: rest,
    };
  }
  const messages = (chunksOf(one) as any[]).flatMap((event): MadeMessage[] => {
    switch (event.type) {
      case 'message_start': {
        const {
          content: _none,
          usage,
          stop_reason: _null,
          ...rest
        } = event.message;
        const { input_tokens: _in, output_tokens: _out, ...parts } = usage;
        return [
          {
            additional_kwargs: rest,
            usage_metadata: anthropicCounts(usage),
            response_metadata: { model_provider, usage: parts },
          },
        ];
      }
      case 'content_block_delta':
        return [{ content: text(event.delta.text) }];
      case 'message_delta': {
        const { output_tokens } = event.usage;
        return [
          {
            additional_kwargs: { ...event.delta },
            usage_metadata: {
              input_tokens: 0,
              output_tokens,
              total_tokens: output_tokens,
            },
          },
        ];
      }
      default:
        return [];
    }
  });
  return { isStream: true, messages };
}

function anthropicCounts(usage: any) {
  const cache_read = usage.cache_read_input_tokens ?? 0;
  const cache_creation = usage.cache_creation_input_tokens ?? 0;
  const input_tokens = usage.input_tokens + cache_read + cache_creation;
  const { output_tokens } = usage;
  return {
    input_tokens,
    output_tokens,
    total_tokens: input_tokens + output_tokens,
    input_token_details: { cache_creation, cache_read },
  };
}

/** ChatGoogleGenerativeAI, which reports chunks by their text, and adds to the counts what a chunk has more than the one before. */
export function geminiMessages(one: AnswerCase): MadeAnswer {
  const isStream = one.mode === 'stream';
  const answers = (isStream ? chunksOf(one) : [one.answer]) as any[];
  let before: any = {};
  const messages = answers.map(({ candidates, usageMetadata: now = {} }) => {
    const [{ content, ...info }] = candidates;
    const more = (name: string) => (now[name] ?? 0) - (before[name] ?? 0);
    const usage_metadata = {
      input_tokens: more('promptTokenCount'),
      output_tokens: more('candidatesTokenCount'),
      total_tokens: more('totalTokenCount'),
      ...(now.cachedContentTokenCount && {
        input_token_details: { cache_read: now.cachedContentTokenCount },
      }),
    };
    before = now;
    return {
      content: text(content?.parts?.[0]?.text),
      usage_metadata,
      reported: 'text' as const,
      ...(isStream ? { generationInfo: info } : { additional_kwargs: info }),
    };
  });
  return { isStream, messages };
}

/** ChatBedrockConverse, which does not report the chunks with usage. */
export function bedrockMessages(one: AnswerCase): MadeAnswer {
  const model_provider = 'bedrock-converse';
  if (one.mode === 'json') {
    const { output: _output, ...rest } = one.answer;
    return {
      messages: [
        {
          response_metadata: { ...rest, model_provider },
          usage_metadata: bedrockCounts(rest.usage),
        },
      ],
    };
  }
  const messages = (chunksOf(one) as any[]).map((event): MadeMessage => {
    if (event.metadata) {
      return {
        response_metadata: { metadata: event.metadata, model_provider },
        usage_metadata: bedrockCounts(event.metadata.usage),
        reported: 'no',
      };
    }
    const { delta } = event.contentBlockDelta ?? {};
    return delta
      ? { content: text(delta.text) }
      : { response_metadata: { ...event }, reported: 'no' };
  });
  return { isStream: true, messages };
}

function bedrockCounts(usage: any) {
  const cache_read = usage.cacheReadInputTokens;
  const cache_creation = usage.cacheWriteInputTokens;
  const input_tokens =
    usage.inputTokens + (cache_read ?? 0) + (cache_creation ?? 0);
  return {
    input_tokens,
    output_tokens: usage.outputTokens,
    total_tokens: usage.totalTokens,
    input_token_details: { cache_read, cache_creation },
  };
}

/** ChatOllama, which reports chunks by their text, and tells the counts in a last one. */
export function ollamaMessages(one: AnswerCase): MadeAnswer {
  const isStream = one.mode === 'stream';
  const answers = (isStream ? chunksOf(one) : [one.answer]) as any[];
  const { message, ...response_metadata } = answers.at(-1);
  const { prompt_eval_count = 0, eval_count = 0 } = response_metadata;
  const end = {
    response_metadata,
    usage_metadata: {
      input_tokens: prompt_eval_count,
      output_tokens: eval_count,
      total_tokens: prompt_eval_count + eval_count,
    },
  };
  if (!isStream)
    return { messages: [{ content: text(message?.content), ...end }] };
  const parts = answers.map((answer) => ({
    content: text(answer.message?.content),
    reported: 'text' as const,
  }));
  return { isStream, messages: [...parts, { ...end, reported: 'no' }] };
}
