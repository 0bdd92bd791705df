import type { ContractBackend } from './contract-backend.js';
import { type Rule, RULES } from './rules.js';
import { closeBackend, type MakeExporter, Trial } from './trial.js';

/** A test of the contract, for the `test()` of any runner. */
export interface ContractTest {
  /** The rule, as a sentence. */
  readonly name: string;
  /**
   * Runs the test.
   *
   * @throws {ContractError} if the exporter breaks the rule.
   */
  readonly run: () => Promise<void>;
}

/**
 * The tests that every exporter must pass, whatever its back end: what is acknowledged is not lost,
 * failed deliveries are retried, aborts and time-outs end deliveries, no text shows a secret, and
 * what is recorded arrives once, across flushes and restarts.
 *
 * @param makeExporter makes an exporter for a back end. It has no `interval` or a long one, and a
 *   `timeout` of 5000 ms at most. A `PushgatewayExporter` and its kind get the collector.
 * @param makeBackend starts a back end, such as an `httpBackend()`. Each test gets one of its own.
 *
 * @example
 * for (const { name, run } of exporterContract(
 *   ({ url }) => new WarehouseExporter(url),
 *   () => httpBackend(totalInWarehouse),
 * )) test(name, run);
 */
export function exporterContract<B extends ContractBackend>(
  makeExporter: MakeExporter<B>,
  makeBackend: () => B | Promise<B>,
): ContractTest[] {
  return RULES.map((rule) => ({
    name: rule.name,
    run: () => checkRule(rule, makeExporter, makeBackend),
  }));
}

async function checkRule<B extends ContractBackend>(
  { check, needsHang = false }: Rule,
  makeExporter: MakeExporter<B>,
  makeBackend: () => B | Promise<B>,
): Promise<void> {
  const backend = await makeBackend();
  // A protocol without answers has none that could be late.
  if (needsHang && backend.hang === undefined) return closeBackend(backend);
  const trial = await newTrial(backend, makeExporter);
  try {
    await trial.start();
    await check(trial);
  } finally {
    await trial.close();
  }
}

async function newTrial<B extends ContractBackend>(
  backend: B,
  makeExporter: MakeExporter<B>,
): Promise<Trial<B>> {
  try {
    return new Trial(backend, makeExporter);
  } catch (error) {
    await closeBackend(backend);
    throw error;
  }
}
