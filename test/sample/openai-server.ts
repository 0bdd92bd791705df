import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

type Answer = (
  response: ServerResponse,
  request: IncomingMessage,
  body: any,
) => void | Promise<void>;

/** A chat completions API on this machine, closed after the test. Returns its base URL. */
export async function serveOpenAi(answer: Answer): Promise<string> {
  const server = createServer((request, response) => {
    void readBody(request).then((body) => answer(response, request, body));
  });
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

export function writeDelta(response: ServerResponse, content: string): void {
  writeChunk(response, {
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  });
}

/** Ends an answer as it is ended for who asked for its usage. */
export function writeUsage(response: ServerResponse, usage: object): void {
  writeChunk(response, { choices: [], usage });
  endDeltas(response);
}

function writeChunk(response: ServerResponse, part: object): void {
  const chunk = {
    id: 'completion',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'test',
    ...part,
  };
  if (!response.headersSent) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  }
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

export function endDeltas(response: ServerResponse): void {
  response.end('data: [DONE]\n\n');
}

export function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  const message = 'Incorrect API key provided: secret-key';
  response.end(JSON.stringify({ error: { message } }));
}

async function readBody(request: IncomingMessage): Promise<any> {
  let text = '';
  for await (const part of request) text += part;
  // A request by GET has none. Files come in forms.
  const isForm = request.headers['content-type']?.startsWith('multipart/');
  return text === '' || isForm ? undefined : JSON.parse(text);
}
