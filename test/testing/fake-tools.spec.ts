import type OpenAI from 'openai';
import { ChatCompletionStream } from 'openai/lib/ChatCompletionStream';
import { ResponseStream } from 'openai/lib/responses/ResponseStream';
import { describe, expect, test } from 'vitest';
import { type FakeAnswerLike, fakeModel } from '../../src/testing/index.js';

const CALL = { name: 'temperature', arguments: { city: 'Bern' } };
const CHAT = { model: 'acme-1', messages: [] };
const INPUT = { model: 'acme-1', input: 'Hi' };

const clientOf = (...answers: FakeAnswerLike[]) =>
  fakeModel(answers) as unknown as OpenAI;

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
