import type { IncomingMessage, ServerResponse } from 'node:http';

/** One request to an API of OpenAI's kind, and what can be answered. */
export class Exchange {
  constructor(
    readonly path: string,
    readonly body: any,
    private readonly response: ServerResponse,
  ) {}

  /** Sends the headers of a JSON answer. */
  begin(status = 200): void {
    // Retries come at once.
    this.response.writeHead(status, {
      'Content-Type': 'application/json',
      'retry-after-ms': '1',
      'x-request-id': 'request-1',
    });
    this.response.flushHeaders();
  }

  json(value: unknown, status?: number): void {
    this.text(JSON.stringify(value), status);
  }

  text(text: string, status?: number): void {
    if (!this.response.headersSent) this.begin(status);
    this.response.end(text);
  }

  refuse(status: number): void {
    this.json({ error: { message: 'no', code: 'no_reason' } }, status);
  }

  /** Sends a successful answer of any type. */
  page(text: string, contentType: string): void {
    this.response.writeHead(200, { 'Content-Type': contentType }).end(text);
  }

  /** Sends a comment in a stream, as servers do that are still thinking. */
  comment(text: string): void {
    this.streaming();
    this.response.write(`:${text}\n\n`);
  }

  /** Sends one chunk of a stream. */
  chunk(data: object): void {
    this.streaming();
    const event = 'type' in data ? `event: ${String(data.type)}\n` : '';
    this.response.write(`${event}data: ${JSON.stringify(data)}\n\n`);
  }

  private streaming(): void {
    if (this.response.headersSent) return;
    this.response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  }

  /** Ends a stream without its usual end. */
  end(): void {
    this.response.end();
  }

  done(): void {
    this.response.end('data: [DONE]\n\n');
  }

  break(): void {
    this.response.destroy();
  }
}

export const exchange = (
  response: ServerResponse,
  request: IncomingMessage,
  body: any,
) => new Exchange(request.url!, body, response);

/** Usage as a chat completion has it. */
export const CHAT_USAGE = {
  prompt_tokens: 100,
  completion_tokens: 20,
  total_tokens: 120,
  prompt_tokens_details: { cached_tokens: 64 },
  completion_tokens_details: { reasoning_tokens: 8 },
};

/** The same usage as a response has it. */
export const RESPONSE_USAGE = {
  input_tokens: 100,
  output_tokens: 20,
  total_tokens: 120,
  input_tokens_details: { cached_tokens: 64 },
  output_tokens_details: { reasoning_tokens: 8 },
};

export function chatCompletion(message: object = { content: 'Yes.' }) {
  return {
    id: 'chat-1',
    object: 'chat.completion',
    created: 0,
    model: 'gpt-4o-2026',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', ...message },
        finish_reason: 'tool_calls' in message ? 'tool_calls' : 'stop',
      },
    ],
    usage: CHAT_USAGE,
  };
}

export const toolCalls = (...names: string[]) => ({
  content: null,
  tool_calls: names.map((name, i) => ({
    id: `call-${i}`,
    type: 'function',
    function: { name, arguments: '{"query":"rain"}' },
  })),
});

export function chatChunk(content: string, more: object = {}) {
  return {
    id: 'chat-1',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'gpt-4o-2026',
    choices: [
      { index: 0, delta: { role: 'assistant', content }, finish_reason: null },
    ],
    ...more,
  };
}

/** The last chunk with something to say, and the one with the tokens, which has no choices. */
export const LAST_CHUNK = chatChunk('', {
  choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
});
export const USAGE_CHUNK = chatChunk('', { choices: [], usage: CHAT_USAGE });

export function modelResponse(more: object = {}) {
  return {
    id: 'response-1',
    object: 'response',
    created_at: 0,
    status: 'completed',
    model: 'gpt-5-2026',
    error: null,
    incomplete_details: null,
    output: [
      {
        type: 'message',
        id: 'message-1',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'Yes.', annotations: [] }],
      },
    ],
    usage: RESPONSE_USAGE,
    ...more,
  };
}

const IN_PROGRESS = modelResponse({
  status: 'in_progress',
  output: [],
  usage: null,
});

/** The events of a streamed response, in their order. */
export const RESPONSE_EVENTS = {
  created: {
    type: 'response.created',
    sequence_number: 0,
    response: IN_PROGRESS,
  },
  item: {
    type: 'response.output_item.added',
    sequence_number: 1,
    output_index: 0,
    item: {
      type: 'message',
      id: 'message-1',
      status: 'in_progress',
      role: 'assistant',
      content: [],
    },
  },
  part: {
    type: 'response.content_part.added',
    sequence_number: 2,
    item_id: 'message-1',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] },
  },
  delta: {
    type: 'response.output_text.delta',
    sequence_number: 3,
    item_id: 'message-1',
    output_index: 0,
    content_index: 0,
    delta: 'Yes.',
    logprobs: [],
  },
  completed: {
    type: 'response.completed',
    sequence_number: 4,
    response: modelResponse(),
  },
} as const;

export const EMBEDDINGS = {
  object: 'list',
  model: 'text-embedding-3-small',
  data: [
    {
      object: 'embedding',
      index: 0,
      embedding: Buffer.from(new Float32Array([0.5, 0.25]).buffer).toString(
        'base64',
      ),
    },
  ],
  usage: { prompt_tokens: 7, total_tokens: 7, completion_tokens: 0 },
};
