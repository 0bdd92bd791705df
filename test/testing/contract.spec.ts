import { describe, expect, test } from 'vitest';
import { ContractError, exporterContract } from '../../src/testing/index.js';
import {
  type Fault,
  FaultyExporter,
  MemoryBackend,
} from './faulty-exporter.js';

const contractOf = (fault: Fault) =>
  exporterContract(
    (backend: MemoryBackend) => new FaultyExporter(backend, fault),
    () => new MemoryBackend(),
  );

describe('an exporter without a fault', () => {
  for (const { name, run } of contractOf('none')) test.concurrent(name, run);
});

describe('an exporter that cannot be written as JSON', () => {
  class Circular extends FaultyExporter {
    readonly self = this;
    readonly size = 1n;
    // As the class has it that does not write its own text.
    override toJSON = undefined as never;
  }

  const rules = exporterContract(
    (backend: MemoryBackend) => new Circular(backend, 'none'),
    () => new MemoryBackend(),
  );
  for (const { name, run } of rules) test.concurrent(name, run);
});

describe('an exporter that cannot be made', () => {
  const error = new RangeError('no exporter');

  test.each(contractOf('none').map(({ name }, i) => [name, i] as const))(
    'the contract ends its back end, and says why: %s',
    async (_name, i) => {
      const backends: MemoryBackend[] = [];
      const rules = exporterContract(
        () => {
          throw error;
        },
        () => {
          const backend = new MemoryBackend();
          backends.push(backend);
          return backend;
        },
      );
      await expect(rules[i]!.run()).rejects.toBe(error);
      expect(backends.map(({ isAway }) => isAway)).toEqual([true]);
    },
  );
});

describe('an exporter with a fault breaks the rule about it', () => {
  const FAULTS: readonly [Fault, RegExp, RegExp][] = [
    [
      'acknowledges before it sends',
      /^flush\(\)/,
      /has 0 of contract_jobs_total; expected 3/,
    ],
    [
      'sends totals as increases',
      /^increases are/,
      /has 10 of contract_jobs_total; expected 5/,
    ],
    [
      'loses what it cannot deliver',
      /^what could not/,
      /After an outage, the back end has 502 of/,
    ],
    [
      'takes a failure for a success',
      /^what could not/,
      /has fulfilled while the back end was away/,
    ],
    [
      'ignores the signal',
      /^an aborted/,
      /has not ended 1000 ms after its signal was aborted/,
    ],
    [
      'fulfils when it is aborted',
      /^an aborted/,
      /has fulfilled although the back end has not answered/,
    ],
    [
      'has no time-out',
      /^a delivery that/,
      /has the timeout 60000; expected 5000 ms or less/,
    ],
    [
      'writes to a dead connection',
      /^nothing that/,
      /In round 2, .*has 1 of contract_jobs_total; expected 2/,
    ],
    [
      'forgets what took too long',
      /^a delivery that/,
      /After deliveries that took too long, the back end has 1 of/,
    ],
    [
      'delivers nothing at shutdown',
      /^a collector/,
      /After shutdown\(\), the back end has 6 of/,
    ],
    [
      'counts again after a start',
      /^a collector/,
      /After the collector was initialized again/,
    ],
    ['shows its token', /^no text/, /such as .*key=<secret>/],
  ];

  test.concurrent.each(FAULTS)(
    'an exporter that %s breaks the rule %s',
    async (fault, rule, message) => {
      const { run } = contractOf(fault).find(({ name }) => rule.test(name))!;
      const error: unknown = await run().catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ContractError);
      expect((error as Error).message).toMatch(message);
    },
  );

  test('each rule has an exporter that breaks it', () => {
    const broken = contractOf('none').filter(
      ({ name }) => !FAULTS.some(([, rule]) => rule.test(name)),
    );
    expect(broken.map(({ name }) => name)).toEqual([]);
  });
});
