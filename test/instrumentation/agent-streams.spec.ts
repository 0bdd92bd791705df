import { Observable, Subject, type Subscription } from 'rxjs';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AgentMetrics } from '../../src/index.js';
import { type ChunkStream } from '../../src/instrumentation/gen-ai/index.js';
import { makeCollector, samplesOf } from '../support/collector.js';
import { withLink } from '../../src/core/message-links.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

const REQUEST = { provider: 'acme', model: 'acme-1' };

const sleep = (milliseconds: number) =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

beforeEach(() => {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
});

/** Runs some work to its end, however much time it takes. */
async function play<T>(work: Promise<T>): Promise<T> {
  const [result] = await Promise.all([work, vi.runAllTimersAsync()]);
  return result;
}

function start() {
  const { collector, warnings } = makeCollector();
  const agents = new AgentMetrics(collector);
  return {
    warnings,
    observe: <S extends ChunkStream<number> | PromiseLike<ChunkStream<number>>>(
      stream: S,
    ): S =>
      agents.observeStream(stream, REQUEST, (chunk) => ({
        usage: { outputTokens: chunk as number },
      })),
    agents,
    figures: async () => figuresOf(await collector.metrics()),
    collector,
  };
}

/** What was recorded of all inferences: how many, how many failed, seconds, tokens. */
function figuresOf(page: string) {
  const sum = (metric: string) =>
    Number(
      samplesOf(page, metric)
        .filter((line) => line.startsWith(`${metric}_sum`))
        .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0)
        .toFixed(6),
    );
  const count = (metric: string, label = '') =>
    samplesOf(page, metric)
      .filter((line) => line.startsWith(`${metric}_count`))
      .filter((line) => line.includes(label))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  const operation = 'gen_ai_client_inference';
  return {
    inferences: count(`${operation}_duration_seconds`),
    failed: count(`${operation}_duration_seconds`, 'error_type'),
    seconds: sum(`${operation}_duration_seconds`),
    first: sum(`${operation}_time_to_first_chunk_seconds`),
    later: sum(`${operation}_time_per_output_chunk_seconds`),
    laterChunks: count(`${operation}_time_per_output_chunk_seconds`),
    tokens:
      sum(`${operation}_operation_input_tokens`) +
      sum(`${operation}_operation_output_tokens`),
  };
}

/** Three chunks, 100 ms for the first and 10 ms for each later one. */
async function* generator(): AsyncGenerator<number> {
  for (const chunk of [1, 2, 3]) {
    await sleep(chunk === 1 ? 100 : 10);
    yield chunk;
  }
}

/** One that can be iterated again and again. */
const iterable = (): AsyncIterable<number> => ({
  [Symbol.asyncIterator]: generator,
});

function webStream(onCancel?: (reason: unknown) => void) {
  const chunks = generator();
  let pulls = 0;
  const stream = new ReadableStream<number>(
    {
      async pull(controller) {
        pulls++;
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => onCancel?.(reason),
    },
    { highWaterMark: 0 },
  );
  return { stream, pulls: () => pulls };
}

function observable(): Observable<number> {
  return new Observable((subscriber) => {
    const timers = [100, 110, 120].map((at, i) =>
      setTimeout(() => subscriber.next(i + 1), at),
    );
    timers.push(setTimeout(() => subscriber.complete(), 120));
    return () => timers.forEach(clearTimeout);
  });
}

/** Takes its time before the first chunk and after each. */
async function consume(chunks: AsyncIterable<number>, pause = 0) {
  const seen: number[] = [];
  await sleep(pause);
  for await (const chunk of chunks) {
    seen.push(chunk);
    await sleep(pause);
  }
  return seen;
}

const iterate = (stream: any) => consume(stream);
const subscribe = (stream: any) =>
  new Promise<number[]>((resolve, reject) => {
    const seen: number[] = [];
    (stream as Observable<number>).subscribe({
      next: (chunk) => seen.push(chunk),
      error: reject,
      complete: () => resolve(seen),
    });
  });

const WHOLE = {
  inferences: 1,
  failed: 0,
  seconds: 0.12,
  first: 0.1,
  later: 0.02,
  laterChunks: 2,
  tokens: 3,
};

const kinds: [string, () => any, (stream: any) => Promise<number[]>][] = [
  ['an async generator', generator, iterate],
  ['an async iterable', iterable, iterate],
  ['a web stream', () => webStream().stream, iterate],
  ['an Observable', observable, subscribe],
];

describe.each(kinds)('%s', (_kind, make, read) => {
  test('an observed stream gives its chunks and the times of them', async () => {
    const { observe, figures } = start();
    expect(await play(read(observe(make())))).toEqual([1, 2, 3]);
    expect(await figures()).toEqual(WHOLE);
  });

  test('an observed stream may be promised, and the promise is part of the wait', async () => {
    const { observe, figures } = start();
    const promised = observe(sleep(50).then(() => make()));
    const chunks = promised.then((stream) => read(stream));
    expect(await play(chunks)).toEqual([1, 2, 3]);
    expect(await figures()).toEqual({ ...WHOLE, seconds: 0.17, first: 0.15 });
  });

  test('an observed stream is not recorded before it is consumed', async () => {
    const { observe, figures } = start();
    observe(make());
    await vi.runAllTimersAsync();
    expect((await figures()).inferences).toBe(0);
  });
});

describe.each(kinds.slice(0, 3))('%s', (_kind, make) => {
  test('the time of an observed stream leaves out what a slow consumer takes', async () => {
    const { observe, figures } = start();
    expect(await play(consume(observe(make()), 5_000))).toEqual([1, 2, 3]);
    expect(await figures()).toEqual(WHOLE);
  });

  test('an observed stream that its consumer leaves has ended, with what it said so far', async () => {
    const { observe, figures } = start();
    const leave = async () => {
      for await (const chunk of observe(make())) if (chunk === 2) break;
    };
    await play(leave());
    expect(await figures()).toMatchObject({
      inferences: 1,
      failed: 0,
      seconds: 0.11,
      tokens: 2,
    });
  });
});

test('an iterable that is consumed twice asks the model twice', async () => {
  const { observe, figures } = start();
  const chunks = observe(iterable());
  await play(consume(chunks));
  await play(consume(chunks));
  expect(await figures()).toMatchObject({
    inferences: 2,
    seconds: 0.24,
    laterChunks: 4,
  });
});

test('two subscriptions to one Observable are two inferences', async () => {
  const { observe, figures } = start();
  const chunks = observe(observable());
  await play(Promise.all([subscribe(chunks), subscribe(chunks)]));
  expect(await figures()).toMatchObject({ inferences: 2, seconds: 0.24 });
});

test('a promise that rejects is a failed inference, and its caller gets the error', async () => {
  const { observe, figures } = start();
  const refused = new RangeError('no quota');
  const promise = observe(
    Promise.reject(refused) as Promise<Observable<number>>,
  );
  await expect(promise).rejects.toBe(refused);
  expect(await figures()).toMatchObject({ inferences: 1, failed: 1 });
});

test('an error in the middle of a stream is recorded with the tokens reported so far', async () => {
  const { observe, figures } = start();
  async function* breaks(): AsyncGenerator<number> {
    yield* generator();
    throw new TypeError('broken off');
  }
  await play(expect(consume(observe(breaks()))).rejects.toThrow('broken off'));
  expect(await figures()).toMatchObject({ failed: 1, tokens: 3, first: 0.1 });
});

test('an unsubscription ends the inference and reaches the source', async () => {
  const { observe, figures } = start();
  const source = new Subject<number>();
  let subscription: Subscription | undefined;
  subscription = observe(source.asObservable()).subscribe();
  source.next(7);
  await vi.advanceTimersByTimeAsync(30);
  subscription.unsubscribe();
  expect(source.observed).toBe(false);
  expect(await figures()).toMatchObject({
    inferences: 1,
    failed: 0,
    seconds: 0.03,
    tokens: 7,
  });
});

describe('a web stream', () => {
  test('a web stream that is cancelled has ended, and its source gets the reason', async () => {
    const { observe, figures } = start();
    const cancelled = vi.fn();
    const reader = observe(webStream(cancelled).stream).getReader();
    await play(reader.read());
    await reader.cancel('enough');
    expect(cancelled).toHaveBeenCalledWith('enough');
    expect(await figures()).toMatchObject({
      inferences: 1,
      failed: 0,
      seconds: 0.1,
    });
  });

  test('a web stream that fails is a failed inference', async () => {
    const { observe, figures } = start();
    const source = new ReadableStream<number>({
      start: (controller) => controller.error(new TypeError('reset')),
    });
    await expect(observe(source).getReader().read()).rejects.toThrow('reset');
    expect(await figures()).toMatchObject({ inferences: 1, failed: 1 });
  });

  test('a web stream can be split in two afterwards, and is one inference', async () => {
    const { observe, figures } = start();
    const both = observe(webStream().stream).tee();
    expect(await play(Promise.all(both.map(iterate)))).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(await figures()).toEqual(WHOLE);
  });

  test('a web stream is asked for no more than its consumer asks for', async () => {
    const { observe } = start();
    const { stream, pulls } = webStream();
    const reader = observe(stream).getReader();
    await vi.runAllTimersAsync();
    expect(pulls()).toBe(0);
    await play(reader.read());
    expect(pulls()).toBe(1);
  });

  test('a web stream that other code reads already is returned as it is', async () => {
    const { observe, figures } = start();
    const { stream } = webStream();
    stream.getReader();
    expect(observe(stream)).toBe(stream);
    expect((await figures()).inferences).toBe(0);
  });
});

describe('a function that reads chunks', () => {
  test('a function that reads chunks and throws is reported; chunks that it can read still count', async () => {
    const { agents, figures, collector, warnings } = start();
    const chunks = agents.observeStream(generator(), REQUEST, (chunk) => {
      if (chunk < 3) throw new TypeError('no usage');
      return { usage: { outputTokens: chunk } };
    });
    expect(await play(consume(chunks))).toEqual([1, 2, 3]);
    expect(await figures()).toEqual(WHOLE);
    expect(warnings).toEqual([
      withLink(
        'acme acme-1: TypeError: no usage [chunk; logged once, counted]',
        'chunk',
      ),
    ]);
    expect(await collector.metrics()).toContain(
      'metrics_errors_total{cause="chunk"} 2',
    );
  });

  test('a function that reads chunks may say parts of the answer in several chunks', async () => {
    const { agents, collector } = start();
    const said = [
      { responseModel: 'acme-1b' },
      { usage: { inputTokens: 5 } },
      { responseModel: '', usage: undefined },
    ];
    await play(
      consume(
        agents.observeStream(generator(), REQUEST, (chunk) => said[chunk - 1]),
      ),
    );
    expect(await collector.metrics()).toMatch(
      /usage_input_tokens_total\{.*gen_ai_response_model="acme-1b".*\} 5/,
    );
  });
});

test('a request that changes while its stream is consumed changes nothing', async () => {
  const { agents, collector } = start();
  const request = { ...REQUEST };
  const chunks = agents.observeStream(iterable(), request);
  await play(consume(chunks));
  request.model = '';
  expect(await play(consume(chunks))).toEqual([1, 2, 3]);
  expect(await collector.metrics()).toMatch(
    /inference_duration_seconds_count\{.*acme-1"\} 2/,
  );
});
