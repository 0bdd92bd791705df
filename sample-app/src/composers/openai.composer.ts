import type { AgentMetrics } from 'nestjs-agent-metrics';
import { observeOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI, { APIError } from 'openai';
import type { ChatCompletionMessageParam } from 'openai/resources';
import { UpstreamRefusedError } from '../agents/agent.errors.js';
import type { OpenAiConfig } from '../config.js';
import { type Passage, quote } from '../documentation/passage.js';
import { Composer } from './composer.js';

const INSTRUCTIONS =
  'You answer questions about a software package. Answer from the passages of its documentation below, in a few sentences. If they do not have the answer, say so.';

/** Has the answer written by a language model behind an OpenAI-compatible API. */
export class OpenAiComposer extends Composer {
  readonly description: string;
  private readonly client: OpenAI;
  private readonly model: string;

  constructor({ baseUrl, apiKey, model }: OpenAiConfig, agents: AgentMetrics) {
    super();
    this.model = model;
    this.description = `${model} at ${new URL(baseUrl).host}`;
    // Without retries, so that the metrics show every refusal and the time of one request.
    const client = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
    this.client = observeOpenAI(client, agents);
  }

  async *compose(
    question: string,
    passages: readonly Passage[],
  ): AsyncGenerator<string> {
    let empty = true;
    try {
      const stream = await this.client.chat.completions.create({
        model: this.model,
        messages: prompt(question, passages),
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const { choices } of stream) {
        const text = choices[0]?.delta.content;
        if (!text) continue;
        empty = false;
        yield text;
      }
    } catch (error) {
      throw refusal(error);
    }
    if (empty) {
      throw new UpstreamRefusedError('The language model gave no answer');
    }
  }
}

function prompt(
  question: string,
  passages: readonly Passage[],
): ChatCompletionMessageParam[] {
  const context = passages.map(quote).join('\n');
  return [
    { role: 'system', content: `${INSTRUCTIONS}\n\n${context}` },
    { role: 'user', content: question },
  ];
}

/** Without the upstream's own words, which may quote the key; they are the cause. */
function refusal(cause: unknown): UpstreamRefusedError {
  const status = cause instanceof APIError ? cause.status : undefined;
  return new UpstreamRefusedError(
    status === undefined
      ? 'The language model API cannot be reached or broke off'
      : `The language model API refused with status ${status}`,
    { cause },
  );
}
