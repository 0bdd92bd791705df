import 'reflect-metadata';
import { Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import OpenAI from 'openai';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { ResponseStream } from 'openai/lib/responses/ResponseStream';
import { afterEach, describe, expect, test } from 'vitest';
import { Agent, AgentMetrics, AgentRun, Tool } from '../../src/index.js';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import {
  type FakeAnswerLike,
  type FakeClock,
  fakeClock,
  fakeModel,
  metricsOf,
  MetricsTestingModule,
} from '../../src/testing/index.js';
import '../../src/testing/vitest.js';

let clock: FakeClock;
afterEach(() => clock?.restore());

const CALL = { name: 'temperature', arguments: { city: 'Bern' } };
const CHAT = { model: 'acme-1', messages: [] };
const INPUT = { model: 'acme-1', input: 'Hi' };

const clientOf = (...answers: FakeAnswerLike[]) =>
  fakeModel(answers) as unknown as OpenAI;

@Agent('Weather')
@Injectable()
class WeatherAgent {
  constructor(@Inject(OpenAI) private readonly openai: OpenAI) {}

  @AgentRun()
  async answer(question: string): Promise<string | null> {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: question },
    ];
    for (;;) {
      const message = await this.ask(messages);
      if (message.tool_calls === undefined) return message.content;
      messages.push(message);
      for (const call of message.tool_calls) {
        if (call.type !== 'function') continue;
        const { city } = JSON.parse(call.function.arguments);
        const content = this.temperature(city);
        messages.push({ role: 'tool', tool_call_id: call.id, content });
      }
    }
  }

  private async ask(messages: OpenAI.ChatCompletionMessageParam[]) {
    const { choices } = await this.openai.chat.completions.create({
      model: 'acme-1',
      messages,
    });
    return choices[0]!.message;
  }

  @Tool('temperature')
  temperature(city: string): string {
    if (city === '') throw new RangeError('no city');
    return `7 degrees in ${city}`;
  }
}

/** An app with the agent, whose model answers so. */
async function appOf(answers: readonly FakeAnswerLike[]) {
  clock = fakeClock();
  const model = fakeModel(answers, { clock });
  const useFactory = (metrics: AgentMetrics) => observeOpenAI(model, metrics);
  const app = await Test.createTestingModule({
    imports: [MetricsTestingModule.forRoot()],
    providers: [
      WeatherAgent,
      { provide: OpenAI, inject: [AgentMetrics], useFactory },
    ],
  }).compile();
  const ask = () => app.get(WeatherAgent).answer('How warm is it?');
  return { model, ask, metrics: metricsOf(app) };
}

describe('an agent with a tool, and a fake model', () => {
  test('the agent runs the tool that a fake model asks for, and its run, inferences, tokens and tool call are measured', async () => {
    const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 9 };
    const { model, ask, metrics } = await appOf([
      { toolCalls: [CALL], usage, delay: 0.5 },
      { text: 'It is 7 degrees.', usage, delay: 0.25 },
    ]);
    expect(await ask()).toBe('It is 7 degrees.');
    const roles = model.requests.map(({ messages }) =>
      (messages as { role: string }[]).map(({ role }) => role),
    );
    expect(roles).toEqual([['user'], ['user', 'assistant', 'tool']]);
    expect(metrics.histogram('gen_ai_invoke_agent_duration_seconds').sum).toBe(
      0.75,
    );
    expect(metrics.histogram('gen_ai_invoke_agent_inference_calls').sum).toBe(
      2,
    );
    expect(metrics).toHaveMetric(
      'gen_ai_execute_tool_duration_seconds',
      { gen_ai_tool_name: 'temperature', error_type: undefined },
      1,
    );
    expect(metrics).toHaveMetric('agent_cached_input_tokens_total', 80);
  });

  test('a tool that fails with the arguments of a fake model fails the run', async () => {
    const toolCalls = [{ name: 'temperature', arguments: '{"city":""}' }];
    const { ask, metrics } = await appOf([{ toolCalls }]);
    await expect(ask()).rejects.toThrow('no city');
    const failed = { error_type: 'RangeError' };
    expect(metrics).toHaveMetric(
      'gen_ai_execute_tool_duration_seconds',
      { ...failed, gen_ai_tool_name: 'temperature' },
      1,
    );
    expect(metrics).toHaveMetric(
      'gen_ai_invoke_agent_duration_seconds',
      failed,
      1,
    );
  });
});

describe('tool calls of a fake model', () => {
  test('tool calls are in chat completions as OpenAI sends them, with ids that no other call has', async () => {
    const client = clientOf(
      { toolCalls: [CALL, { name: 'time', id: 'mine' }] },
      { text: 'One moment', toolCalls: [CALL] },
    );
    const first = await client.chat.completions.create(CHAT);
    const { message, finish_reason } = first.choices[0]!;
    expect(finish_reason).toBe('tool_calls');
    expect(message.content).toBeNull();
    const [one, other] = message.tool_calls!;
    expect(one).toMatchObject({
      type: 'function',
      function: { name: 'temperature', arguments: '{"city":"Bern"}' },
    });
    expect(other).toMatchObject({
      id: 'mine',
      function: { name: 'time', arguments: '{}' },
    });
    const { choices } = await client.chat.completions.create(CHAT);
    expect(choices[0]!.message.content).toBe('One moment');
    expect(choices[0]!.message.tool_calls![0]!.id).not.toBe(one!.id);
  });

  test('tool calls are in responses as OpenAI sends them', async () => {
    const client = clientOf(
      { toolCalls: [CALL] },
      { text: 'One moment', toolCalls: [CALL] },
    );
    const { output } = await client.responses.create(INPUT);
    expect(output).toMatchObject([
      {
        type: 'function_call',
        call_id: 'call-1-1',
        name: 'temperature',
        arguments: '{"city":"Bern"}',
      },
    ]);
    const second = await client.responses.create(INPUT);
    expect(second.output.map(({ type }) => type)).toEqual([
      'message',
      'function_call',
    ]);
  });

  test.each<FakeAnswerLike>([
    { toolCalls: [CALL, CALL] },
    { text: 'One moment please', toolCalls: [CALL] },
    'It is 7 degrees',
  ])(
    'a streamed answer adds up to the whole answer in the helpers of OpenAI: %j',
    async (answer) => {
      const client = clientOf(answer, answer, answer, answer);
      const chat = ChatCompletionStream.fromReadableStream(
        linesOf(
          await client.chat.completions.create({ ...CHAT, stream: true }),
        ),
      );
      const whole = await client.chat.completions.create(CHAT);
      const { content, tool_calls } = whole.choices[0]!.message;
      const [streamed] = (await chat.finalChatCompletion()).choices;
      expect(streamed!.finish_reason).toBe(whole.choices[0]!.finish_reason);
      expect(streamed!.message.content || null).toBe(content);
      expect(withoutIds(streamed!.message.tool_calls)).toEqual(
        withoutIds(tool_calls),
      );

      const stream = ResponseStream.fromReadableStream(
        linesOf(await client.responses.create({ ...INPUT, stream: true })),
      );
      const response = await client.responses.create(INPUT);
      const { output } = await stream.finalResponse();
      expect(withoutIds(output)).toMatchObject(withoutIds(response.output)!);
    },
  );

  test.each([
    ['length', 'incomplete', 'max_output_tokens'],
    ['content_filter', 'incomplete', 'content_filter'],
    ['stop', 'completed', undefined],
  ] as const)(
    'an answer that ends with %s is %s in the Responses API',
    async (finishReason, status, reason) => {
      const answer = { text: 'It is', finishReason };
      const client = clientOf(answer, answer, answer);
      const { choices } = await client.chat.completions.create(CHAT);
      expect(choices[0]!.finish_reason).toBe(finishReason);
      const response = await client.responses.create(INPUT);
      expect(response.status).toBe(status);
      expect(response.incomplete_details?.reason).toBe(reason);
      const types: string[] = [];
      for await (const { type } of await client.responses.create({
        ...INPUT,
        stream: true,
      })) {
        types.push(type);
      }
      expect(types.at(-1)).toBe(`response.${status}`);
    },
  );
});

/** Each call has ids of its own. */
function withoutIds(items: readonly object[] | undefined) {
  return items?.map((item) => ({ ...item, id: undefined, call_id: undefined }));
}

/** What the server sends for a stream, a line for each chunk. */
function linesOf(chunks: AsyncIterable<unknown>): ReadableStream {
  const lines = async function* () {
    for await (const chunk of chunks) {
      yield new TextEncoder().encode(`${JSON.stringify(chunk)}\n`);
    }
  };
  return ReadableStream.from(lines()) as ReadableStream;
}
