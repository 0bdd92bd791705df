/** Answers of Anthropic's Messages API: a call of the tool `search`, or a text. */

const USAGE = { input_tokens: 100, output_tokens: 20 };

const CALL = {
  type: 'tool_use',
  id: 'toolu_1',
  name: 'search',
  input: { query: 'rain' },
};

const TEXT = { type: 'text', text: 'Yes.' };

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-2026',
};

export function claudeMessage(isLast: boolean) {
  return {
    ...MESSAGE,
    content: [isLast ? TEXT : CALL],
    stop_reason: isLast ? 'end_turn' : 'tool_use',
    usage: USAGE,
  };
}

/** The same as events of a stream. */
export function claudeEvents(isLast: boolean): object[] {
  const usage = { input_tokens: 100, output_tokens: 1 };
  const block = isLast ? { ...TEXT, text: '' } : { ...CALL, input: {} };
  const delta = isLast
    ? { type: 'text_delta', text: 'Yes.' }
    : { type: 'input_json_delta', partial_json: '{"query":"rain"}' };
  return [
    { type: 'message_start', message: { ...MESSAGE, content: [], usage } },
    { type: 'content_block_start', index: 0, content_block: block },
    { type: 'content_block_delta', index: 0, delta },
    { type: 'content_block_stop', index: 0 },
    {
      type: 'message_delta',
      delta: { stop_reason: isLast ? 'end_turn' : 'tool_use' },
      usage: { output_tokens: 20 },
    },
    { type: 'message_stop' },
  ];
}
