import { describe, expect, test } from 'vitest';
import { readAnswer } from '../../src/accounting/answer-reader.js';
import { finishKind } from '../../src/accounting/finish-kind.js';

describe('how an answer ended', () => {
  test.each([
    ['stop', 'stop'],
    ['STOP', 'stop'],
    ['end_turn', 'stop'],
    ['eos', 'stop'],
    ['completed', 'stop'],
    ['COMPLETE', 'stop'],
    ['stop_sequence', 'stop'],
    ['length', 'length'],
    ['MAX_TOKENS', 'length'],
    ['max_tokens', 'length'],
    ['model_length', 'length'],
    ['incomplete:max_output_tokens', 'length'],
    ['incomplete:content_filter', 'content_filter'],
    ['SAFETY', 'content_filter'],
    ['content-filter', 'content_filter'],
    ['guardrail_intervened', 'content_filter'],
    ['tool_calls', 'tool_calls'],
    ['TOOL_CALL', 'tool_calls'],
    ['tool_use', 'tool_calls'],
    ['refusal', 'refusal'],
    ['failed', 'error'],
    ['error', 'error'],
    ['MALFORMED_FUNCTION_CALL', 'error'],
    ['pause_turn', 'other'],
    ['something new', 'other'],
    ['', 'other'],
    ['toString', 'other'],
  ])('the finish reason %j is of the kind %s', (raw, kind) => {
    expect(finishKind(raw)).toBe(kind);
  });

  test('a finish reason that is no text is of no known kind', () => {
    for (const raw of [undefined, null, 7, {}]) {
      expect(finishKind(raw as never)).toBe('other');
    }
  });

  test.each([
    [
      'chat.completions',
      { choices: [{ message: { refusal: 'No.' }, finish_reason: 'stop' }] },
      'refusal',
    ],
    [
      'chat.completions',
      { choices: [{ delta: { refusal: 'No' } }] },
      'refusal',
    ],
    [
      'chat.completions',
      { choices: [{ message: { refusal: null } }] },
      undefined,
    ],
    [
      'responses',
      {
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'refusal' }] }],
      },
      'refusal',
    ],
    [
      'responses',
      { status: 'completed', output: [{ type: 'function_call' }] },
      'tool_calls',
    ],
    [
      'responses',
      {
        status: 'completed',
        output: [{ type: 'message', content: [{ type: 'output_text' }] }],
      },
      undefined,
    ],
    [
      'gemini.generate_content',
      { promptFeedback: { blockReason: 'SAFETY' } },
      'content_filter',
    ],
  ] as const)(
    'a kind of end that the finish reason does not say is read from the answer: %s %j',
    (api, answer, kind) => {
      expect(readAnswer({ api, provider: 'p' }, answer).finishKind).toBe(kind);
    },
  );
});
