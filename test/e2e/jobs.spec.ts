import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../exporters/pushgateway/gateway-server.js';
import { samplesOf } from '../support/collector.js';
import { freePort, waitFor } from '../support/http.js';
import {
  installedPushgateway,
  startPushgateway,
} from '../support/processes.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A job as docs/reference/pushgateway.md has it. */
const JOB = `
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsCollector, MetricsModule } from 'nestjs-agent-metrics';

const [url, rows, end, atShutdown, flushTimeout] = process.argv.slice(1);
const pushgateway = { url, jobName: 'import', interval: false, atShutdown };
const options = { pushgateway, flushTimeout: Number(flushTimeout) };
class JobModule {}
Module({ imports: [MetricsModule.forRoot(options)] })(JobModule);
const app = await NestFactory.createApplicationContext(JobModule, { logger: false });
const metrics = app.get(MetricsCollector);
try {
  metrics.counter('imported_rows_total').inc({}, Number(rows));
  console.log('at work');
  if (end === 'throws') throw new Error('the file has no more rows');
  if (end === 'hangs') await new Promise((resolve) => setTimeout(resolve, 1e6));
  metrics.gauge('import_last_success_timestamp_seconds').setToCurrentTime();
  await metrics.flush().catch(({ message }) => console.log(message));
} finally {
  await app.close();
}
console.log('closed');
`;

interface Job {
  readonly child: ChildProcess;
  output(): string;
  readonly ended: Promise<number | NodeJS.Signals | null>;
}

/** Starts the job in a process of its own. */
function startJob(
  url: string,
  rows: number,
  end: string,
  { atShutdown = 'nothing', flushTimeout = 5_000 } = {},
): Job {
  const values = [url, rows, end, atShutdown, flushTimeout].map(String);
  const child = spawn(
    process.execPath,
    ['--input-type=module', '--eval', JOB, ...values],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code));
  });
  return { child, output: () => output, ended };
}

const program = await installedPushgateway();

describe.skipIf(program === undefined)('a job that pushes', () => {
  /** A Pushgateway that a job which ended well has pushed 10 rows to. */
  async function afterSuccess() {
    const gateway = await startPushgateway(program!);
    onTestFinished(() => gateway.stop());
    const pushed = async () => {
      const page = await gateway.page();
      return [
        ...samplesOf(page, 'tframex_imported_rows_total'),
        ...samplesOf(page, 'tframex_import_last_success_timestamp_seconds'),
      ];
    };
    const began = Date.now() / 1000;
    const job = startJob(gateway.url, 10, 'well');
    expect(await job.ended, job.output()).toBe(0);
    expect(job.output()).toBe('at work\nclosed\n');
    return { gateway, pushed, began };
  }

  test('a job that ends well leaves its metrics and the time of its success in the Pushgateway', async () => {
    const { pushed, began, gateway } = await afterSuccess();
    const [rows, success, ...others] = await pushed();
    expect(rows).toBe(
      'tframex_imported_rows_total{instance="",job="import"} 10',
    );
    const time = Number(success!.split(' ')[1]);
    expect(time).toBeGreaterThan(began - 1);
    expect(time).toBeLessThan(Date.now() / 1000 + 1);
    expect(others).toEqual([]);

    const next = startJob(gateway.url, 20, 'well');
    expect(await next.ended, next.output()).toBe(0);
    const [newRows, newSuccess] = await pushed();
    expect(newRows).toMatch(/ 20$/);
    expect(Number(newSuccess!.split(' ')[1])).toBeGreaterThan(time);
  });

  test('a job that throws before flush() leaves earlier metrics in the Pushgateway', async () => {
    const { gateway, pushed } = await afterSuccess();
    const before = await pushed();
    const job = startJob(gateway.url, 99, 'throws');
    expect(await job.ended).toBe(1);
    expect(job.output()).toContain('the file has no more rows');
    expect(await pushed()).toEqual(before);
  });

  test('a job that is killed leaves earlier metrics in the Pushgateway', async () => {
    const { gateway, pushed } = await afterSuccess();
    const before = await pushed();
    const job = startJob(gateway.url, 99, 'hangs');
    await waitFor(() => job.output().includes('at work'), 'the job to work');
    job.child.kill('SIGKILL');
    expect(await job.ended).toBe('SIGKILL');
    expect(await pushed()).toEqual(before);
  });

  test('a job ends well with a Pushgateway that hangs', async () => {
    const { host } = await startGateway(() => {});
    const job = startJob(`http://${host}`, 10, 'well');
    expect(await job.ended, job.output()).toBe(0);
    expect(job.output()).toMatch(
      /Exporter "pushgateway" could not deliver: [^]*\nclosed\n$/,
    );
  });

  test.each(['127.0.0.1', 'localhost'])(
    'a job ends once it has closed, though the Pushgateway at %s hangs while it deletes the group',
    async (name) => {
      const { host } = await startGateway(() => {});
      const url = `http://${host.replace('127.0.0.1', name)}`;
      const more = { atShutdown: 'delete', flushTimeout: 500 };
      const job = startJob(url, 10, 'well', more);
      await waitFor(() => job.output().includes('\nclosed\n'), 'the end');
      const closed = performance.now();
      expect(await job.ended, job.output()).toBe(0);
      // Of the 5 seconds that a deletion has, more than 3 are left.
      expect(performance.now() - closed).toBeLessThan(2_000);
    },
  );

  test('a job ends well without a Pushgateway, and logs why nothing was pushed', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const job = startJob(url, 10, 'well');
    expect(await job.ended, job.output()).toBe(0);
    expect(job.output()).toMatch(
      /Exporter "pushgateway" could not deliver: .*ECONNREFUSED/,
    );
  });
});
