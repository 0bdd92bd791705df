import { describe, expect, it, onTestFinished } from 'vitest';
import type { OtlpProtocol } from '../../../src/exporters/otlp/config/otlp.options.js';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { makeCollector, samples } from '../../support/collector.js';
import {
  partialSuccess,
  startOtlpBackend,
} from '../../support/otlp-backend.js';
import { startGrpcBackend } from '../../support/otlp-grpc-backend.js';
import { gaugeOf, snapshotOf, valueSeries } from '../../support/snapshots.js';

/** Three points. */
const LEVELS = snapshotOf(
  ['a', 'b', 'c'].map((name) => gaugeOf(name, valueSeries(1))),
);

const NEVER = new AbortController().signal;

async function started(url: string, protocol: OtlpProtocol) {
  const exporter = new OtlpExporter({ url, protocol });
  await exporter.start();
  onTestFinished(() => exporter.shutdown());
  return exporter;
}

/** What an exporter reports of three points if it is answered in JSON. */
async function reportOfJson(partial: string) {
  const backend = await startOtlpBackend();
  backend.answer = () => ({ body: `{"partialSuccess":${partial}}` });
  const exporter = await started(backend.url, 'http/json');
  return exporter.export(LEVELS, NEVER);
}

/** The same in Protocol Buffers. */
async function reportOf(protocol: 'http/protobuf' | 'grpc', rejected: number) {
  const { body } = partialSuccess(rejected, 'too old');
  if (protocol === 'grpc') {
    const backend = await startGrpcBackend();
    backend.answer = () => Buffer.from(body!);
    return (await started(backend.url, protocol)).export(LEVELS, NEVER);
  }
  const backend = await startOtlpBackend();
  backend.answer = () => ({ body: body! });
  return (await started(backend.url, protocol)).export(LEVELS, NEVER);
}

describe('what a backend says of rejected points', () => {
  it.each([
    ['1e23', '1e+23'],
    ['"100000000000000000000000"', '1e+23'],
    ['9223372036854775807', '9223372036854776000'],
    ['4', '4'],
    ['"4"', '4'],
    ['-1', '-1'],
    ['"-9223372036854775808"', '-9223372036854776000'],
    ['1.5', '1.5'],
    ['"1e2"', 'NaN'],
    ['"NaN"', 'NaN'],
    ['"three"', 'NaN'],
    ['""', 'NaN'],
    ['true', 'NaN'],
    ['[3]', 'NaN'],
    ['{}', 'NaN'],
  ])(
    'an impossible number of rejected points in JSON is not counted: %s',
    async (rejected, shownAs) => {
      const report = await reportOfJson(
        `{"rejectedDataPoints":${rejected},"errorMessage":"too old"}`,
      );
      expect(report).toEqual({
        dropped: 0,
        warning: `the backend says that it rejected ${shownAs} points, which is not a number from 0 to those sent; all count as delivered: too old`,
      });
    },
  );

  it.each(['http/protobuf', 'grpc'] as const)(
    'an impossible number of rejected points by %s is not counted',
    async (protocol) => {
      for (const rejected of [4, -1, 2 ** 62, -(2 ** 63)]) {
        const report = await reportOf(protocol, rejected);
        expect(report.dropped).toBe(0);
        expect(report.warning).toContain(`rejected ${rejected} points`);
      }
    },
  );

  it.each([
    ['3', 3],
    ['"3"', 3],
    ['1', 1],
  ])(
    'a possible number of rejected points in JSON is counted: %s',
    async (rejected, dropped) => {
      const report = await reportOfJson(
        `{"rejectedDataPoints":${rejected},"errorMessage":"too old"}`,
      );
      expect(report).toEqual({ dropped, reason: 'too old' });
    },
  );

  it.each(['http/protobuf', 'grpc'] as const)(
    'a possible number of rejected points by %s is counted',
    async (protocol) => {
      const report = await reportOf(protocol, 3);
      expect(report).toEqual({ dropped: 3, reason: 'too old' });
    },
  );

  it.each([
    '{"errorMessage":"use gzip"}',
    '{"rejectedDataPoints":0,"errorMessage":"use gzip"}',
    '{"rejectedDataPoints":null,"errorMessage":"use gzip"}',
  ])('a message without rejected points is a warning: %s', async (partial) => {
    const report = await reportOfJson(partial);
    expect(report).toEqual({ dropped: 0, warning: 'use gzip' });
  });

  it.each(['null', '{}', '{"errorMessage":7}', '{"errorMessage":{}}'])(
    'an answer without rejected points and message is no warning: %s',
    async (partial) => {
      expect(await reportOfJson(partial)).toEqual({ dropped: 0 });
    },
  );

  it('an impossible number of rejected points is logged once, and not added to the metric', async () => {
    const backend = await startOtlpBackend();
    backend.answer = () => partialSuccess(2 ** 62, 'too old');
    const { collector, warnings } = makeCollector();
    const { url } = backend;
    await collector.addExporter(new OtlpExporter({ url, interval: false }));
    await collector.initialize();
    collector.counter('calls_total').inc();
    await collector.flush();
    await collector.flush();
    expect(await samples(collector, 'metrics_export_dropped_total')).toEqual([
      'metrics_export_dropped_total{exporter="otlp"} 0',
    ]);
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Exporter "otlp" has delivered, but the backend says that it rejected 4611686018427388000 points, which is not .*: too old \[logged once, counted\] See .*#exporter-report$/,
      ),
    ]);
  });
});

describe('what an exporter of the app reports as dropped', () => {
  it.each([1e23, -1, 1.5, NaN, Infinity, '3', [3], {}, null, true, 3n])(
    'a dropped count that is not a number of points is logged and not counted: %s',
    async (dropped) => {
      const { collector, warnings } = makeCollector();
      await collector.addExporter({
        name: 'own',
        interval: false,
        export: () => ({ dropped }) as never,
      });
      await collector.initialize();
      await collector.flush();
      await collector.flush();
      expect(await samples(collector, 'metrics_export_dropped_total')).toEqual([
        'metrics_export_dropped_total{exporter="own"} 0',
      ]);
      expect(warnings).toEqual([
        expect.stringMatching(
          /^Exporter "own" reports .* as dropped, which is not counted; expected a safe integer of 0 or more \[logged once, counted\] See .*#exporter-report$/,
        ),
      ]);
    },
  );
});
