import { describe, expect, test } from 'vitest';
import {
  KeptTexts,
  MAX_CHARACTERS,
} from '../../src/accounting/texts/kept-texts.js';
import {
  addAnswer,
  addChunk,
  addRequest,
} from '../../src/accounting/texts/openai-texts.js';

/** The texts that are counted, each by itself. */
function textsIn(kept: KeptTexts): string[] {
  const texts: string[] = [];
  kept.count((text) => texts.push(text));
  return texts;
}

function requested(body: unknown) {
  const kept = new KeptTexts();
  addRequest(kept, body);
  return { texts: textsIn(kept), isWhole: kept.isWhole };
}

function answered(answer: unknown) {
  const kept = new KeptTexts();
  addAnswer(kept, answer);
  return { texts: textsIn(kept), isWhole: kept.isWhole };
}

function streamed(...chunks: readonly unknown[]) {
  const kept = new KeptTexts();
  for (const chunk of chunks) addChunk(kept, chunk);
  return { texts: textsIn(kept), isWhole: kept.isWhole };
}

const whole = (...texts: string[]) => ({ texts, isWhole: true });
const part = (...texts: string[]) => ({ texts, isWhole: false });

const image = { type: 'image_url', image_url: { url: 'data:image/png,AAAA' } };
const search = {
  type: 'function',
  function: { name: 'search', parameters: { type: 'object' } },
};

describe('the texts of a request', () => {
  test.each<[string, unknown, ReturnType<typeof whole>]>([
    [
      'messages with texts and parts',
      {
        model: 'gpt-4o',
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
        ],
      },
      whole('Be brief.', 'Hi'),
    ],
    [
      'calls of tools and their results',
      {
        messages: [
          {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                id: '1',
                type: 'function',
                function: { name: 'search', arguments: '{"q":"rain"}' },
              },
            ],
          },
          { role: 'tool', tool_call_id: '1', content: 'Wet.' },
        ],
      },
      whole('search', '{"q":"rain"}', 'Wet.'),
    ],
    [
      'definitions of tools as JSON',
      { messages: [], tools: [search], functions: [] },
      whole(JSON.stringify([search])),
    ],
    [
      'the schema of the answer, and no other format',
      {
        response_format: { type: 'json_schema', json_schema: { name: 'a' } },
        text: { format: { type: 'text' }, verbosity: 'low' },
      },
      whole('{"type":"json_schema","json_schema":{"name":"a"}}'),
    ],
    [
      'an image, whose tokens are unknown',
      { messages: [{ content: [{ type: 'text', text: 'What?' }, image] }] },
      part('What?'),
    ],
    [
      'instructions and input of a response',
      {
        instructions: 'Be brief.',
        input: [
          { role: 'user', content: [{ type: 'input_text', text: 'Hi' }] },
          { type: 'function_call', name: 'search', arguments: '{}' },
          { type: 'function_call_output', call_id: '1', output: 'Wet.' },
        ],
      },
      whole('Be brief.', 'Hi', 'search', '{}', 'Wet.'),
    ],
    [
      'an earlier response, which only the provider has',
      { input: 'And then?', previous_response_id: 'response-1' },
      part('And then?'),
    ],
    [
      'a stored prompt, which only the provider has',
      { prompt: { id: 'prompt-1', variables: { city: 'Bonn' } } },
      part(),
    ],
    ['a prompt', { prompt: 'Once', suffix: 'end.' }, whole('Once', 'end.')],
    ['prompts', { prompt: ['Once', 'Then'] }, whole('Once', 'Then')],
    ['inputs of embeddings', { input: ['a', 'b'] }, whole('a', 'b')],
    ['nothing', undefined, whole()],
    ['a text in place of a body', 'response-1', whole()],
  ])('the texts of a request are found: %s', (_what, body, expected) => {
    expect(requested(body)).toEqual(expected);
  });

  test.each([
    ['one list of tokens', [1, 2, 3], 3],
    ['several lists of tokens', [[1, 2], [3], []], 3],
  ])(
    'a prompt of tokens has as many of them, and no texts: %s',
    (_, input, n) => {
      const kept = new KeptTexts();
      addRequest(kept, { input });
      expect(kept.count(() => 1_000)).toBe(n);
    },
  );
});

describe('the texts of an answer', () => {
  test.each<[string, unknown, ReturnType<typeof whole>]>([
    [
      'each choice of a chat completion, with its reasoning once',
      {
        choices: [
          {
            index: 0,
            message: {
              content: 'Yes.',
              reasoning: 'Hm',
              reasoning_content: 'Hm',
            },
          },
          { index: 1, message: { content: null, refusal: 'No.' } },
        ],
      },
      whole('Hm', 'Yes.', 'No.'),
    ],
    ['a text completion', { choices: [{ text: 'end' }] }, whole('end')],
    [
      'audio, whose tokens are unknown',
      { choices: [{ message: { content: null, audio: { data: 'AA' } } }] },
      part(),
    ],
    [
      'the items of a response',
      {
        output: [
          {
            type: 'reasoning',
            summary: [{ type: 'summary_text', text: 'Hm' }],
          },
          { type: 'message', content: [{ type: 'output_text', text: 'Yes.' }] },
          { type: 'custom_tool_call', name: 'sql', input: 'SELECT 1' },
        ],
      },
      whole('Hm', 'Yes.', 'sql', 'SELECT 1'),
    ],
    [
      'a search by the provider, whose tokens are unknown',
      { output: [{ type: 'web_search_call', status: 'completed' }] },
      part(),
    ],
    ['embeddings', { data: [{ embedding: [0.5] }] }, whole()],
  ])('the texts of an answer are found: %s', (_what, answer, expected) => {
    expect(answered(answer)).toEqual(expected);
  });

  const delta = (index: number, piece: object) => ({
    choices: [{ index, delta: piece, finish_reason: null }],
  });

  test('the pieces of each choice of a streamed chat are joined', () => {
    const chunks = [
      delta(0, { role: 'assistant', content: '' }),
      delta(1, { content: 'No' }),
      delta(0, { content: 'Ye' }),
      delta(1, { content: 'pe.' }),
      delta(0, { content: 's.' }),
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
      { choices: [], usage: null },
    ];
    expect(streamed(...chunks)).toEqual(whole('Nope.', 'Yes.'));
  });

  test('the pieces of each tool call of a streamed chat are joined', () => {
    const call = (index: number, fields: object) =>
      delta(0, { tool_calls: [{ index, function: fields }] });
    const chunks = [
      call(0, { name: 'search', arguments: '' }),
      call(0, { arguments: '{"q":' }),
      call(1, { name: 'open', arguments: '{}' }),
      call(0, { arguments: '"rain"}' }),
    ];
    expect(streamed(...chunks).texts.sort()).toEqual(
      ['open', 'search', '{"q":"rain"}', '{}'].sort(),
    );
  });

  const event = (type: string, fields: object) => ({
    type: `response.${type}`,
    output_index: 0,
    content_index: 0,
    ...fields,
  });

  test('the pieces of a streamed response are joined, and its end repeats them', () => {
    const output = [{ type: 'message', content: [{ text: 'Yes.' }] }];
    const pieces = [
      event('created', { response: { output: [] } }),
      event('output_text.delta', { delta: 'Ye' }),
      event('output_text.delta', { delta: 's.' }),
      event('output_text.done', { text: 'Yes.' }),
    ];
    expect(streamed(...pieces)).toEqual(whole('Yes.'));
    const end = event('completed', { response: { output } });
    expect(streamed(...pieces, end)).toEqual(whole('Yes.'));
  });

  test('audio in a streamed response is not counted as a text', () => {
    const audio = event('output_audio.delta', { delta: 'AAAA' });
    expect(streamed(audio)).toEqual(part());
  });
});

describe('texts that are kept', () => {
  test('an endless stream keeps a bounded number of characters', () => {
    const kept = new KeptTexts();
    for (let i = 0; i < 30; i++) kept.add('x'.repeat(MAX_CHARACTERS / 20));
    expect(textsIn(kept).map(({ length }) => length)).toEqual([MAX_CHARACTERS]);
    expect(kept.isWhole).toBe(false);
  });

  test('an endless number of places keeps a bounded number of texts', () => {
    const kept = new KeptTexts();
    for (let i = 0; i < 20_000; i++) kept.add('x', `place ${i}`);
    expect(textsIn(kept).length).toBeLessThanOrEqual(10_001);
    expect(textsIn(kept).join('')).toHaveLength(20_000);
    expect(kept.isWhole).toBe(true);
  });

  test('what is no text is left out', () => {
    const kept = new KeptTexts();
    kept.add(undefined as never);
    expect(kept.count(() => 1)).toBeUndefined();
    expect(kept.isWhole).toBe(false);
  });

  test.each([NaN, -5, 1.5, Infinity, '3', undefined])(
    'a number of tokens that is no count is left out: %s',
    (tokens) => {
      const kept = new KeptTexts();
      kept.addTokens(tokens as never);
      expect(kept.count(() => 1)).toBeUndefined();
      expect(kept.isWhole).toBe(false);
    },
  );

  test('an empty text has no tokens, and nothing at all is unknown', () => {
    const kept = new KeptTexts();
    expect(kept.count(() => 1)).toBeUndefined();
    kept.add('');
    expect(kept.count(() => 1)).toBe(0);
  });
});
