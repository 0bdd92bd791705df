import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import type OpenAI from 'openai';

type Request = OpenAI.ChatCompletionCreateParamsNonStreaming;
type Answer = Pick<OpenAI.ChatCompletion.Choice, 'message' | 'finish_reason'>;

/** Stands in for OpenAI, so that the example needs no key: asks for the status of the order, then repeats it. */
@Controller('v1/chat/completions')
export class FakeOpenAiController {
  @Post()
  @HttpCode(200)
  complete(@Body() { model, messages }: Request): OpenAI.ChatCompletion {
    const { content, role } = messages.at(-1)!;
    const text = typeof content === 'string' ? content : '';
    const answer = role === 'tool' ? reply(text) : callTool(text);
    return {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: Math.floor(Date.now() / 1000),
      model: `${model}-2025-08-07`,
      choices: [{ index: 0, logprobs: null, ...answer }],
      usage: {
        prompt_tokens: 1_000 * messages.length,
        completion_tokens: 100,
        total_tokens: 1_000 * messages.length + 100,
        // The provider has the first message in its cache when it comes again.
        prompt_tokens_details: { cached_tokens: role === 'tool' ? 1_000 : 0 },
      },
    };
  }
}

function reply(status: string): Answer {
  return {
    finish_reason: 'stop',
    message: { role: 'assistant', content: `${status}.`, refusal: null },
  };
}

function callTool(question: string): Answer {
  const order = /\d+/.exec(question)?.[0] ?? '';
  const call = { name: 'order_status', arguments: JSON.stringify({ order }) };
  return {
    finish_reason: 'tool_calls',
    message: {
      role: 'assistant',
      content: null,
      refusal: null,
      tool_calls: [{ id: 'call_1', type: 'function', function: call }],
    },
  };
}
