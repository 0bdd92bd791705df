import { Inject, Injectable } from '@nestjs/common';
import { Agent, AgentRun, Counted, Timed } from 'nestjs-agent-metrics';
import OpenAI from 'openai';
import { Orders } from './orders.js';

type Messages = OpenAI.ChatCompletionMessageParam[];

const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'order_status',
      description: 'The status of an order',
      parameters: {
        type: 'object',
        properties: { order: { type: 'string' } },
        required: ['order'],
      },
    },
  },
];

/** How many times a run asks the model at most. */
const MAX_STEPS = 5;

@Agent('Support')
@Injectable()
export class SupportAgent {
  constructor(
    @Inject(OpenAI) private readonly openai: OpenAI,
    private readonly orders: Orders,
  ) {}

  @AgentRun()
  @Timed()
  @Counted()
  async run(question: string): Promise<string> {
    const messages: Messages = [{ role: 'user', content: question }];
    for (let step = 0; step < MAX_STEPS; step++) {
      const message = await this.ask(messages);
      if (!message.tool_calls?.length) return message.content ?? '';
      messages.push(message, ...(await this.callTools(message.tool_calls)));
    }
    throw new Error(`There is no answer after ${MAX_STEPS} steps`);
  }

  private async ask(messages: Messages): Promise<OpenAI.ChatCompletionMessage> {
    const { choices } = await this.openai.chat.completions.create({
      model: process.env.OPENAI_MODEL ?? 'gpt-5-mini',
      messages,
      tools: TOOLS,
    });
    return choices[0]!.message;
  }

  private callTools(
    calls: OpenAI.ChatCompletionMessageToolCall[],
  ): Promise<Messages> {
    const functions = calls.filter((call) => call.type === 'function');
    return Promise.all(
      functions.map(async ({ id, function: { arguments: json } }) => ({
        role: 'tool' as const,
        tool_call_id: id,
        // The model reads what went wrong, and can ask again.
        content: await this.orders
          .status(JSON.parse(json).order)
          .catch((error: Error) => error.message),
      })),
    );
  }
}
