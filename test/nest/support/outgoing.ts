import { Test } from '@nestjs/testing';
import { expect, onTestFinished, vi } from 'vitest';
import {
  type HttpClientOptions,
  MetricsModule,
  type MetricsOptions,
  PrometheusCollector,
} from '../../../src/index.js';
import { samples } from '../../support/collector.js';

/** The metric of outgoing requests. */
export const DURATION = 'http_client_request_duration_seconds';

/** Tries until nothing is thrown. */
export const eventually = <T>(attempt: () => Promise<T>): Promise<T> =>
  vi.waitFor(attempt, { timeout: 30_000 });

/** An app of these modules until the test ends, and the requests that it has recorded. */
export async function startModule(imports: any[]) {
  const module = await Test.createTestingModule({ imports }).compile();
  onTestFinished(() => module.close());
  await module.init();
  const collector = module.get(PrometheusCollector);
  /** The labels and the number of requests of each series. */
  const counts = async () =>
    (await samples(collector, `${DURATION}_count`)).map((line) =>
      line.slice(`${DURATION}_count`.length),
    );
  /** A client may see the end of a request before its channels do. */
  const countsBecome = (expected: string[]) =>
    eventually(async () =>
      expect((await counts()).sort()).toEqual(expected.sort()),
    );
  return { module, collector, counts, countsBecome };
}

/** An app that measures outgoing requests. */
export const start = (
  httpClient: boolean | HttpClientOptions = true,
  options: MetricsOptions = {},
) =>
  startModule([
    MetricsModule.forRoot({ namespace: '', httpClient, ...options }),
  ]);
