import { shown } from '../../core/errors.js';
import { withTimeout } from '../../core/time-limit.js';
import { MetricEvent } from '../../model/metric-event.js';
import { MetricType } from '../../model/metric-type.js';
import type { ContractBackend } from './contract-backend.js';
import { expectThat, pause, type Trial } from './trial.js';

/** A rule of the contract. */
export interface Rule {
  readonly name: string;
  /** Whether it needs a back end that can hang. */
  readonly needsHang?: boolean;
  readonly check: (trial: Trial<ContractBackend>) => Promise<void>;
}

/** Milliseconds of an outage. */
const OUTAGE = 300;

/** Milliseconds in which an aborted delivery must end. */
const ABORT = 1_000;

/** Milliseconds beyond its time-out in which a delivery must have failed. */
const GRACE = 3_000;

/** A delivery may take this many milliseconds in the contract. */
const MAX_TIMEOUT = 5_000;

export const RULES: readonly Rule[] = [
  { name: 'flush() delivers what was recorded', check: flush },
  {
    name: 'increases are delivered once, whatever is between them',
    check: deltas,
  },
  {
    name: 'nothing that was acknowledged is lost when the back end restarts',
    check: restarts,
  },
  { name: 'what could not be delivered is delivered later', check: retry },
  { name: 'an aborted delivery ends', needsHang: true, check: abort },
  {
    name: 'a delivery that takes too long fails, and is made up for',
    needsHang: true,
    check: timeout,
  },
  {
    name: 'a collector that is shut down delivers, and goes on when it starts again',
    check: restart,
  },
  { name: 'no text shows a secret', check: secrets },
];

async function flush(trial: Trial<ContractBackend>): Promise<void> {
  trial.record(3);
  await trial.flush();
  await trial.expectAll('After flush()');
}

async function deltas(trial: Trial<ContractBackend>): Promise<void> {
  for (const growth of [5, 0, 1, 0, 0, 7]) {
    if (growth > 0) trial.record(growth);
    await trial.flush();
    await trial.expectAll(`After an increase by ${growth}`);
  }
}

/** Connections from before a restart are dead, which some protocols show only after the next write. */
async function restarts(trial: Trial<ContractBackend>): Promise<void> {
  for (let round = 0; round < 3; round++) {
    trial.record(1);
    await trial.flush();
    await trial.expectAll(`In round ${round + 1}, before the back end stops`);
    await trial.backend.stop();
    await trial.backend.start();
  }
  trial.record(1);
  await trial.flush();
  await trial.expectAll('After the back end has restarted three times');
}

async function retry(trial: Trial<ContractBackend>): Promise<void> {
  const { acknowledges = true } = trial.backend;
  trial.record(2);
  await trial.flush();
  await trial.expectAll('Before an outage');
  await trial.backend.stop();
  trial.record(40);
  const error = await trial.tryToFlush(OUTAGE);
  expectThat(
    error !== undefined || !acknowledges,
    'flush() has fulfilled while the back end was away; expected it to reject',
  );
  await trial.backend.start();
  trial.record(500);
  await trial.flush();
  await trial.expectAll('After an outage', acknowledges ? 0 : 40);
}

async function abort(trial: Trial<ContractBackend>): Promise<void> {
  const { backend, collector } = trial;
  trial.record(1);
  await backend.hang!();
  const snapshot = await collector.snapshot();
  const aborter = new AbortController();
  const delivery = deliver(trial, snapshot, aborter.signal).then(
    () => 'fulfilled',
    () => 'rejected',
  );
  await pause(OUTAGE / 3);
  aborter.abort(new Error('The contract aborts'));
  const outcome = await withTimeout(ABORT, delivery, 'The delivery').catch(
    () => undefined,
  );
  expectThat(
    outcome === 'rejected',
    outcome === undefined
      ? `a delivery has not ended ${ABORT} ms after its signal was aborted; expected it to reject`
      : 'a delivery has fulfilled although the back end has not answered; expected it to reject',
  );
}

/** A delivery as the collector would begin it. */
async function deliver(
  { exporter }: Trial<ContractBackend>,
  snapshot: Awaited<
    ReturnType<Trial<ContractBackend>['collector']['snapshot']>
  >,
  signal: AbortSignal,
): Promise<void> {
  const event = new MetricEvent({
    name: 'contract_jobs_total',
    type: MetricType.COUNTER,
    value: 1,
  });
  if (exporter.export) await exporter.export(snapshot, signal);
  else await exporter.receive!([event], signal);
}

async function timeout(trial: Trial<ContractBackend>): Promise<void> {
  const { timeout: limit = Infinity } = trial.exporter;
  expectThat(
    limit <= MAX_TIMEOUT,
    `the exporter has the timeout ${shown(trial.exporter.timeout)}; expected ${MAX_TIMEOUT} ms or less in the contract`,
  );
  trial.record(1);
  await trial.flush();
  await trial.backend.hang!();
  trial.record(20);
  const start = performance.now();
  const error = await trial.tryToFlush(limit + GRACE / 2);
  const took = performance.now() - start;
  expectThat(
    error !== undefined && took < limit + GRACE,
    `flush() to a back end that hangs has ${error === undefined ? 'fulfilled' : `taken ${Math.round(took)} ms`}; expected it to reject within ${limit + GRACE} ms`,
  );
  await trial.backend.start();
  await trial.flush();
  await trial.expectAll('After deliveries that took too long');
}

async function restart(trial: Trial<ContractBackend>): Promise<void> {
  const { collector } = trial;
  trial.record(6);
  await trial.flush();
  trial.record(1);
  await collector.shutdown();
  await trial.expectAll('After shutdown()');
  trial.record(30);
  await collector.initialize();
  await trial.flush();
  await trial.expectAll('After the collector was initialized again');
}

async function secrets(trial: Trial<ContractBackend>): Promise<void> {
  const { backend } = trial;
  trial.record(1);
  const errors = [await trial.tryToFlush(OUTAGE)];
  await backend.stop();
  trial.record(1);
  errors.push(await trial.tryToFlush(OUTAGE));
  const texts = await trial.texts(errors);
  for (const secret of backend.secrets ?? []) {
    const text = texts.find((one) => one.includes(secret)) ?? '';
    expectThat(
      text === '',
      `a secret is in a text of the exporter, such as ${shown(around(text, secret))}; expected it in none`,
    );
  }
}

/** The place of a secret in a text, without the secret. */
function around(text: string, secret: string): string {
  const start = Math.max(0, text.indexOf(secret) - 30);
  return text.replaceAll(secret, '<secret>').slice(start, start + 50);
}
