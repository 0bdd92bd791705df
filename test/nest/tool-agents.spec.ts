import { Controller, Get, Inject, Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import OpenAI from 'openai';
import { afterEach, describe, expect, test } from 'vitest';
import {
  Agent,
  AgentMetrics,
  AgentRun,
  Counted,
  InFlight,
  MetricsModule,
  PrometheusCollector,
  Streamed,
  Timed,
  Tool,
} from '../../src/index.js';
import { observeOpenAI } from '../../src/integrations/openai/index.js';
import {
  type FakeAnswerLike,
  type FakeClock,
  fakeClock,
  fakeModel,
  lintMetrics,
  metricsOf,
  MetricsTestingModule,
} from '../../src/testing/index.js';
import '../../src/testing/vitest.js';
import { startApp } from './support/app.js';

let clock: FakeClock;
afterEach(() => clock?.restore());

const CALL = { name: 'temperature', arguments: { city: 'Bern' } };

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

describe('an agent with a tool', () => {
  test('the agent runs the tool that a fake model asks for, and its run, inferences, tokens and tool call are measured', async () => {
    const usage = { inputTokens: 100, cachedInputTokens: 40, outputTokens: 9 };
    const { model, ask, metrics } = await appOf([
      { toolCalls: [CALL], usage, delay: 0.5 },
      { text: 'It is 7 degrees.', usage, delay: 0.25 },
    ]);
    const changes = await metrics.changes(ask);
    expect(changes.result).toBe('It is 7 degrees.');
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
    expect(changes).toHaveIncremented('gen_ai_execute_tool_duration_seconds', {
      gen_ai_tool_name: 'temperature',
      error_type: undefined,
    });
    expect(changes).toHaveIncremented(
      'gen_ai_client_inference_usage_cache_read_input_tokens_total',
      80,
    );
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

@Controller()
class EverythingController {
  @Timed()
  @Counted()
  @InFlight()
  @Streamed()
  @Get()
  async page(): Promise<string> {
    return 'page';
  }
}

test('lintMetrics() finds nothing in an app that measures all that there is', async () => {
  const http = { requestSize: true, responseSize: true };
  const { app, text } = await startApp({
    imports: [
      MetricsModule.forRoot({ http, httpClient: true, interceptor: true }),
    ],
    controllers: [EverythingController],
    providers: [WeatherAgent, { provide: OpenAI, useValue: {} }],
  });
  await text('/');
  await text('/metrics');
  app.get(WeatherAgent).temperature('Bern');
  app.get(AgentMetrics).recordInference({
    provider: 'acme',
    model: 'acme-1',
    seconds: 1,
    secondsToFirstChunk: 0.5,
    secondsPerOutputChunk: [0.25],
    usage: { inputTokens: 2, outputTokens: 1 },
  });
  const problems = await lintMetrics(app.get(PrometheusCollector));
  expect(
    problems.filter(({ metric }) => !/^(nodejs|process)_/.test(metric)),
  ).toEqual([]);
});
