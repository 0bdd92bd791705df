import { isAsyncFunction } from 'node:util/types';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { expect } from 'vitest';
import {
  Counted,
  InFlight,
  MetricsModule,
  PrometheusCollector,
  Timed,
} from '../../../src/index.js';
import { samples } from '../../support/collector.js';
import { waitFor } from '../../support/http.js';
import { type MakeAdapter, type RunningApp, startApp } from './app.js';

/** An app that uses one feature of NestJS, and what can be seen of it from outside. */
export interface Trial<Running extends Started = RunningApp> {
  readonly metadata: ModuleMetadata;
  /** Default: an app that listens. */
  readonly start?: (
    metadata: ModuleMetadata,
    makeAdapter: MakeAdapter | undefined,
  ) => Promise<Running>;
  readonly observe: (running: Running) => Promise<unknown>;
}

/** Makes the classes of a trial. `Measured` stands on each class whose methods are measured. */
export type Feature<Running extends Started = RunningApp> = (
  Measured: (target: Function) => void,
) => Trial<Running>;

interface Started {
  readonly app: INestApplicationContext;
}

/** Numbers of calls by `Class.method`. */
type Calls = Record<string, number>;

interface Outcome {
  readonly seen: unknown;
  readonly calls: Calls;
  /** Of the run with the module. */
  readonly collector: PrometheusCollector | undefined;
}

/**
 * Runs an app without and with the module. Expects the same behaviour and the same calls of
 * methods, and that the metrics count these calls.
 *
 * @returns what was seen, and the collector of the run with the module.
 */
export async function expectUnchanged<Running extends Started = RunningApp>(
  feature: Feature<Running>,
  makeAdapter?: MakeAdapter,
): Promise<{ seen: unknown; collector: PrometheusCollector }> {
  const plain = await run(feature, makeAdapter, false);
  const measured = await run(feature, makeAdapter, true);
  expect(measured.seen).toEqual(plain.seen);
  expect(measured.calls).toEqual(plain.calls);
  expect(plain.calls).not.toEqual({});
  const collector = measured.collector!;
  await waitFor(
    async () =>
      expect(await recordedCalls(collector)).toEqual(measured.calls) ?? true,
    'the calls to be recorded',
    5,
  );
  expect(await samples(collector, 'metrics_errors_total')).toEqual([]);
  return { seen: plain.seen, collector };
}

/** What an app fails to start with, without and with the module. */
export async function failuresOf(
  parts: (Measured: (target: Function) => void) => ModuleMetadata,
): Promise<{ plain: unknown; measured: unknown }> {
  const failureOf = async (isMeasured: boolean): Promise<unknown> => {
    const metadata = parts((target) => prepare(target, {}, isMeasured));
    const starting = startApp(isMeasured ? withModule(metadata) : metadata);
    return starting.then(
      () => 'The app has started',
      (error: unknown) => error,
    );
  };
  return { plain: await failureOf(false), measured: await failureOf(true) };
}

async function run<Running extends Started>(
  feature: Feature<Running>,
  makeAdapter: MakeAdapter | undefined,
  isMeasured: boolean,
): Promise<Outcome> {
  const calls: Calls = {};
  const {
    metadata,
    observe,
    start = startApp as never,
  } = feature((target) => prepare(target, calls, isMeasured));
  const running = await start(
    isMeasured ? withModule(metadata) : metadata,
    makeAdapter,
  );
  const collector = isMeasured
    ? running.app.get(PrometheusCollector, { strict: false })
    : undefined;
  const seen = await observe(running);
  await running.app.close();
  return { seen, calls, collector };
}

/** The parts of an app, and the module. */
function withModule(metadata: ModuleMetadata): ModuleMetadata {
  const module = MetricsModule.forRoot({
    namespace: '',
    http: true,
    interceptor: true,
    prometheus: { defaultMetrics: false },
  });
  return { ...metadata, imports: [module, ...(metadata.imports ?? [])] };
}

/** Counts the calls of all methods of a class, and measures them in one of the runs. */
function prepare(target: Function, calls: Calls, isMeasured: boolean): void {
  const { prototype } = target;
  for (const key of Object.getOwnPropertyNames(prototype)) {
    const descriptor = Object.getOwnPropertyDescriptor(prototype, key)!;
    if (key === 'constructor' || typeof descriptor.value !== 'function') {
      continue;
    }
    descriptor.value = countCalls(descriptor.value, key, calls);
    if (isMeasured) {
      for (const decorate of [InFlight(), Counted(), Timed()]) {
        decorate(prototype, key, descriptor);
      }
    }
    Object.defineProperty(prototype, key, descriptor);
  }
}

/** An `async` method stays one: its promises are followed in another way. */
function countCalls(
  method: (...args: unknown[]) => unknown,
  key: string,
  calls: Calls,
): Function {
  const count = (self: object) => {
    const name = `${self.constructor.name}.${key}`;
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const counting = isAsyncFunction(method)
    ? async function (this: object, ...args: unknown[]) {
        count(this);
        return method.apply(this, args);
      }
    : function (this: object, ...args: unknown[]) {
        count(this);
        return method.apply(this, args);
      };
  for (const property of ['name', 'length']) {
    const descriptor = Object.getOwnPropertyDescriptor(method, property)!;
    Object.defineProperty(counting, property, descriptor);
  }
  for (const metadataKey of Reflect.getOwnMetadataKeys(method)) {
    const value: unknown = Reflect.getOwnMetadata(metadataKey, method);
    Reflect.defineMetadata(metadataKey, value, counting);
  }
  return counting;
}

async function recordedCalls(collector: PrometheusCollector): Promise<Calls> {
  const calls: Calls = {};
  for (const line of await samples(collector, 'agent_executions_total')) {
    const found = /agent="(\w+)".*method="(\w+)".* (\d+)$/.exec(line);
    const [, agent, method, count] = found!;
    const name = `${agent}.${method}`;
    // Series that are there from the start are no calls.
    if (count !== '0') calls[name] = (calls[name] ?? 0) + Number(count);
  }
  return calls;
}

/** What a client can see of a response, without the date. */
export async function answerOf(response: Response): Promise<unknown> {
  const headers = Object.fromEntries(response.headers);
  delete headers.date;
  return { status: response.status, headers, body: await response.text() };
}

/** What an awaited call gives, or the error that it fails with. */
export async function outcomeOf(call: () => unknown): Promise<unknown> {
  try {
    return { value: await call() };
  } catch (error) {
    return { error };
  }
}
