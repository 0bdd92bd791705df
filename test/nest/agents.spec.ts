import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { firstValueFrom, Observable } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import {
  Agent,
  AgentMetrics,
  AgentRun,
  Counted,
  MetricsModule,
  type MetricsModuleOptions,
  PrometheusCollector,
  Timed,
  Tool,
} from '../../src/index.js';
import { counted } from '../support/gen-ai-samples.js';
import { samplesOf } from '../support/collector.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A model of which everything is known beforehand. */
@Injectable()
class Model {
  constructor(private readonly metrics: AgentMetrics) {}

  async complete(milliseconds: number, failures = 0): Promise<void> {
    const request = { provider: 'acme', model: 'acme-1' };
    const inference = this.metrics.startInference(request);
    await sleep(milliseconds);
    if (failures > 0) {
      inference.fail(new RangeError('overloaded'));
      return this.complete(milliseconds, failures - 1);
    }
    inference.end({
      responseModel: 'acme-1-0924',
      usage: { inputTokens: 100, outputTokens: 10, cachedInputTokens: 40 },
    });
  }

  stream(chunks: number, milliseconds: number): AsyncIterable<number> {
    return this.metrics.observeStream(
      chunksOf(chunks, milliseconds),
      { provider: 'acme', model: 'acme-1' },
      (chunk) =>
        chunk === chunks
          ? {
              responseModel: 'acme-1-0924',
              usage: {
                inputTokens: 5,
                outputTokens: chunk,
                reasoningTokens: 1,
              },
            }
          : undefined,
    );
  }
}

async function* chunksOf(chunks: number, milliseconds: number) {
  for (let chunk = 1; chunk <= chunks; chunk++) {
    await sleep(milliseconds);
    yield chunk;
  }
}

@Injectable()
class Toolbox {
  @Tool('search')
  async search(milliseconds: number): Promise<number> {
    await sleep(milliseconds);
    if (milliseconds === 50) throw new TypeError('no such index');
    return milliseconds;
  }
}

@Agent('Writer')
@Injectable()
class WriterAgent {
  constructor(private readonly model: Model) {}

  /** Twice: it is refused once. */
  @AgentRun()
  async *run(): AsyncGenerator<number> {
    await this.model.complete(100, 1);
    yield* this.model.stream(3, 30);
  }
}

@Agent('Assistant')
@Injectable()
class AssistantAgent {
  constructor(
    private readonly toolbox: Toolbox,
    private readonly writer: WriterAgent,
  ) {}

  @Timed()
  @AgentRun()
  @Counted()
  async run(): Promise<number> {
    await Promise.allSettled([
      this.toolbox.search(10),
      this.toolbox.search(20),
      this.toolbox.search(50),
    ]);
    let chunks = 0;
    for await (const _chunk of this.writer.run()) {
      chunks++;
      await sleep(1_000); // A slow consumer.
    }
    return chunks;
  }

  @AgentRun()
  @Tool('ask_assistant')
  async asTool(): Promise<void> {
    await this.toolbox.search(10);
  }

  @AgentRun()
  observable(): Observable<number> {
    return new Observable((subscriber) => {
      void this.toolbox.search(10).then((value) => {
        subscriber.next(value);
        subscriber.complete();
      });
    });
  }

  /** Searches before it gives its stream. */
  @AgentRun()
  async searchThenStream(): Promise<AsyncIterable<number>> {
    await this.toolbox.search(10);
    const { toolbox } = this;
    return {
      async *[Symbol.asyncIterator]() {
        yield await toolbox.search(20);
        yield await toolbox.search(30);
      },
    };
  }

  @AgentRun()
  async searchThenObserve(): Promise<Observable<number>> {
    await this.toolbox.search(10);
    return this.observable();
  }

  @AgentRun()
  fails(): void {
    throw new SyntaxError('no');
  }
}

async function start(options: MetricsModuleOptions = {}) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const module = await Test.createTestingModule({
    imports: [
      MetricsModule.forRoot({
        namespace: '',
        initialSeries: false,
        prometheus: { defaultMetrics: false },
        ...options,
      }),
    ],
    providers: [Model, Toolbox, WriterAgent, AssistantAgent],
  }).compile();
  const app = await module.init();
  onTestFinished(() => app.close());
  const collector = app.get(PrometheusCollector);
  return {
    app,
    assistant: app.get(AssistantAgent),
    toolbox: app.get(Toolbox),
    metrics: app.get(AgentMetrics),
    page: () => collector.metrics(),
  };
}

/** Runs some work to its end, however much time it takes. */
async function play<T>(work: Promise<T>): Promise<T> {
  const [result] = await Promise.all([work, vi.runAllTimersAsync()]);
  return result;
}

/** Sums of binary fractions, as one would write them. */
const rounded = (line: string) =>
  line.replace(/[^ ]+$/, (value) => String(Number(Number(value).toFixed(9))));

/** The samples of a histogram, buckets by how much they add: `0.1` is the first with something in it. */
function filled(page: string, metric: string): string[] {
  let before = 0;
  return samplesOf(page, metric)
    .map(rounded)
    .filter((line) => {
      const bucket = /le="[^"]+"/.test(line);
      const value = Number(line.split(' ').at(-1));
      const adds = !bucket || value !== before;
      before = bucket && !line.includes('le="+Inf"') ? value : 0;
      return adds && !line.includes('le="+Inf"');
    });
}

const INFERENCE =
  'gen_ai_operation_name="chat",gen_ai_provider_name="acme",gen_ai_request_model="acme-1"';
const ANSWERED = `${INFERENCE},gen_ai_response_model="acme-1-0924"`;

describe('a scripted run of nested agents', () => {
  test('a scripted run of nested agents gives exactly the samples that it must', async () => {
    const { assistant, page } = await start({
      agents: {
        prices: {
          currency: 'EUR',
          perTokens: 1000,
          models: [{ model: 'acme-*', input: 10, cachedInput: 1, output: 100 }],
        },
      },
    });
    expect(await play(assistant.run())).toBe(3);
    const text = await page();

    const names = text.match(/(?<=^# TYPE )\S+/gm)!;
    expect(names.sort()).toEqual([
      'agent_cost_total',
      'agent_duration_seconds',
      'agent_executions_total',
      'agent_inference_finishes_total',
      'agent_inferences_running',
      'agent_inferences_running_oldest_seconds',
      'agent_run_cost',
      'agent_run_tokens',
      'gen_ai_client_inference_duration_seconds',
      'gen_ai_client_inference_operation_input_tokens',
      'gen_ai_client_inference_operation_output_tokens',
      'gen_ai_client_inference_time_per_output_chunk_seconds',
      'gen_ai_client_inference_time_to_first_chunk_seconds',
      'gen_ai_client_inference_usage_cache_read_input_tokens_total',
      'gen_ai_client_inference_usage_input_tokens_total',
      'gen_ai_client_inference_usage_output_tokens_total',
      'gen_ai_client_inference_usage_reasoning_output_tokens_total',
      'gen_ai_execute_tool_duration_seconds',
      'gen_ai_invoke_agent_duration_seconds',
      'gen_ai_invoke_agent_inference_calls',
      'gen_ai_invoke_agent_tool_calls',
    ]);

    const duration = 'gen_ai_client_inference_duration_seconds';
    expect(filled(text, duration)).toEqual([
      `${duration}_bucket{error_type="RangeError",${INFERENCE},le="0.16"} 1`,
      `${duration}_sum{error_type="RangeError",${INFERENCE}} 0.1`,
      `${duration}_count{error_type="RangeError",${INFERENCE}} 1`,
      `${duration}_bucket{${ANSWERED},le="0.16"} 2`,
      `${duration}_sum{${ANSWERED}} 0.19`,
      `${duration}_count{${ANSWERED}} 2`,
    ]);
    const first = 'gen_ai_client_inference_time_to_first_chunk_seconds';
    expect(filled(text, first)).toEqual([
      `${first}_bucket{${ANSWERED},le="0.04"} 1`,
      `${first}_sum{${ANSWERED}} 0.03`,
      `${first}_count{${ANSWERED}} 1`,
    ]);
    const later = 'gen_ai_client_inference_time_per_output_chunk_seconds';
    expect(filled(text, later)).toEqual([
      `${later}_bucket{${ANSWERED},le="0.04"} 2`,
      `${later}_sum{${ANSWERED}} 0.06`,
      `${later}_count{${ANSWERED}} 2`,
    ]);
    const tokens = 'gen_ai_client_inference_operation';
    const input = `${tokens}_input_tokens`;
    expect(filled(text, input)).toEqual([
      `${input}_bucket{${ANSWERED},le="16"} 1`,
      `${input}_bucket{${ANSWERED},le="256"} 2`,
      `${input}_sum{${ANSWERED}} 105`,
      `${input}_count{${ANSWERED}} 2`,
    ]);
    const output = `${tokens}_output_tokens`;
    expect(filled(text, output)).toEqual([
      `${output}_bucket{${ANSWERED},le="4"} 1`,
      `${output}_bucket{${ANSWERED},le="16"} 2`,
      `${output}_sum{${ANSWERED}} 13`,
      `${output}_count{${ANSWERED}} 2`,
    ]);
    const tool = 'gen_ai_execute_tool_duration_seconds';
    const search =
      'gen_ai_agent_name="Assistant",gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"';
    expect(filled(text, tool)).toEqual([
      `${tool}_bucket{${search},le="0.01"} 1`,
      `${tool}_bucket{${search},le="0.02"} 2`,
      `${tool}_sum{${search}} 0.03`,
      `${tool}_count{${search}} 2`,
      `${tool}_bucket{error_type="TypeError",${search},le="0.08"} 1`,
      `${tool}_sum{error_type="TypeError",${search}} 0.05`,
      `${tool}_count{error_type="TypeError",${search}} 1`,
    ]);
    const run = 'gen_ai_invoke_agent';
    const writer =
      'gen_ai_agent_name="Writer",gen_ai_operation_name="invoke_agent"';
    const assistantLabels =
      'gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"';
    expect(filled(text, `${run}_duration_seconds`)).toEqual([
      `${run}_duration_seconds_bucket{${writer},le="0.4"} 1`,
      `${run}_duration_seconds_sum{${writer}} 0.29`,
      `${run}_duration_seconds_count{${writer}} 1`,
      `${run}_duration_seconds_bucket{${assistantLabels},le="6.4"} 1`,
      `${run}_duration_seconds_sum{${assistantLabels}} 3.34`,
      `${run}_duration_seconds_count{${assistantLabels}} 1`,
    ]);
    expect(filled(text, `${run}_inference_calls`)).toEqual([
      `${run}_inference_calls_bucket{${writer},le="4"} 1`,
      `${run}_inference_calls_sum{${writer}} 3`,
      `${run}_inference_calls_count{${writer}} 1`,
      `${run}_inference_calls_bucket{${assistantLabels},le="1"} 1`,
      `${run}_inference_calls_sum{${assistantLabels}} 0`,
      `${run}_inference_calls_count{${assistantLabels}} 1`,
    ]);
    expect(filled(text, `${run}_tool_calls`)).toEqual([
      `${run}_tool_calls_bucket{${writer},le="1"} 1`,
      `${run}_tool_calls_sum{${writer}} 0`,
      `${run}_tool_calls_count{${writer}} 1`,
      `${run}_tool_calls_bucket{${assistantLabels},le="4"} 1`,
      `${run}_tool_calls_sum{${assistantLabels}} 3`,
      `${run}_tool_calls_count{${assistantLabels}} 1`,
    ]);
    for (const [kind, sum] of Object.entries({
      input: 105,
      cache_read_input: 40,
      output: 13,
      reasoning_output: 1,
    })) {
      const used = `gen_ai_client_inference_usage_${kind}_tokens_total`;
      expect(samplesOf(text, used)).toEqual([
        `${used}{${counted(ANSWERED, 'Writer')}} ${sum}`,
      ]);
    }
    // (60 + 5) * 0.010 + 40 * 0.001 + 13 * 0.100
    const [cost] = samplesOf(text, 'agent_cost_total');
    expect(cost).toContain(
      `agent_cost_total{agent="Writer",currency="EUR",model="acme-1-0924",provider="acme",source="prices"}`,
    );
    expect(Number(cost!.split(' ').at(-1))).toBeCloseTo(1.99, 10);
  });
});

describe('an agent run', () => {
  const toolCalls = 'gen_ai_invoke_agent_tool_calls_sum';
  const calls = (page: string, agent: string) =>
    page.match(
      new RegExp(
        `^${toolCalls}\\{gen_ai_agent_name="${agent}".*\\} (\\d+)$`,
        'm',
      ),
    )?.[1];

  test('an agent run counts its own calls, however many runs go on at the same time', async () => {
    const { toolbox, metrics, page } = await start();
    const runs = [1, 2, 3].map((count) =>
      metrics.runAgent(`Agent ${count}`, async () => {
        for (let i = 0; i < count; i++) await toolbox.search(10 * count);
      }),
    );
    await play(Promise.all(runs));
    const text = await page();
    for (const count of [1, 2, 3]) {
      expect(calls(text, `Agent ${count}`)).toBe(String(count));
    }
  });

  test('an agent run that is a tool itself counts for its caller, and what it calls for itself', async () => {
    const { assistant, metrics, page } = await start();
    await play(metrics.runAgent('Caller', () => assistant.asTool()));
    const text = await page();
    expect(calls(text, 'Caller')).toBe('1');
    expect(calls(text, 'Assistant')).toBe('1');
    expect(text).toContain(
      'gen_ai_agent_name="Caller",gen_ai_operation_name="execute_tool",gen_ai_tool_name="ask_assistant"',
    );
  });

  test('an agent run may be an Observable', async () => {
    const { assistant, page } = await start();
    expect(await play(firstValueFrom(assistant.observable()))).toBe(10);
    expect(calls(await page(), 'Assistant')).toBe('1');
  });

  test('an agent run has what a method does before it returns a stream, once', async () => {
    const { assistant, page } = await start();
    const stream = await play(assistant.searchThenStream());
    const consume = async () => {
      for await (const _ of stream);
    };
    await play(consume());
    expect(calls(await page(), 'Assistant')).toBe('3');
    await play(consume());
    expect(calls(await page(), 'Assistant')).toBe('5');
  });

  test('an agent run has what a method does before it returns an Observable', async () => {
    const { assistant, metrics, page } = await start();
    const outside = await play(
      metrics.runAgent('Caller', () => assistant.searchThenObserve()),
    );
    await play(firstValueFrom(outside));
    // One by the run around, and one by the run of the Observable.
    expect(calls(await page(), 'Assistant')).toBe('2');
  });

  test('an agent run that fails is recorded with its error, which its caller gets', async () => {
    const { assistant, page } = await start();
    expect(() => assistant.fails()).toThrow(SyntaxError);
    expect(await page()).toContain(
      'gen_ai_invoke_agent_duration_seconds_count{error_type="SyntaxError",gen_ai_agent_name="Assistant",gen_ai_operation_name="invoke_agent"} 1',
    );
  });

  test('an agent run just runs without the module, and with metrics switched off', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    expect(await play(new Toolbox().search(10))).toBe(10);
    const { toolbox, page } = await start({ enabled: false });
    expect(await play(toolbox.search(10))).toBe(10);
    expect(await page()).toBe('');
  });
});
