import { once } from 'node:events';
import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import { AgentError } from '../agents/agent.errors.js';

/** Sends what an agent writes in one piece: `{"output": "..."}`. */
export async function sendJson(
  response: Response,
  chunks: AsyncGenerator<string>,
): Promise<void> {
  let output = '';
  for await (const chunk of chunks) {
    // Leaving the loop ends the generator: the client is gone, so its work stops.
    if (response.destroyed) return;
    output += chunk;
  }
  response.json({ output });
}

/**
 * Sends what an agent writes as server-sent events, as it is written. An agent that
 * fails before its first chunk fails the request, as without streaming.
 */
export async function sendEvents(
  response: Response,
  chunks: AsyncGenerator<string>,
): Promise<void> {
  try {
    for await (const delta of chunks) {
      if (response.destroyed) return;
      await sendEvent(response, { delta });
    }
    await sendEvent(response, {}, 'done');
  } catch (error) {
    if (!response.headersSent) throw error;
    await sendEvent(response, { message: publicMessage(error) }, 'error');
  }
  response.end();
}

async function sendEvent(
  response: Response,
  data: object,
  event?: string,
): Promise<void> {
  if (response.destroyed) return;
  if (!response.headersSent) {
    response.writeHead(200, {
      'Content-Type': 'text/event-stream; charset=utf-8',
      'Cache-Control': 'no-cache',
    });
  }
  const name = event === undefined ? '' : `event: ${event}\n`;
  const written = response.write(`${name}data: ${JSON.stringify(data)}\n\n`);
  if (!written) await drained(response);
}

/** A client that reads slowly slows the agent down; one that leaves ends the wait. */
async function drained(response: Response): Promise<void> {
  const waiting = new AbortController();
  const { signal } = waiting;
  await Promise.race([
    once(response, 'drain', { signal }),
    once(response, 'close', { signal }),
  ]);
  waiting.abort();
}

/** The words of unexpected errors are for the log alone, as Nest has it for plain answers. */
function publicMessage(error: unknown): string {
  if (error instanceof AgentError) return error.message;
  new Logger('AgentsController').error(error);
  return 'Internal server error';
}
