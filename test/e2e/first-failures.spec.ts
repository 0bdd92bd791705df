import 'reflect-metadata';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, onTestFinished, test } from 'vitest';
import {
  Agent,
  AgentRun,
  Counted,
  MetricsCollector,
  MetricsModule,
  Timed,
  Tool,
} from '../../src/index.js';
import { freePort, waitFor } from '../support/http.js';
import {
  isInstalled,
  type Prometheus,
  startPrometheus,
} from '../support/processes.js';
import { waitForRules, waitForScrapes } from '../support/scrapes.js';
import { tempFolder } from '../support/temp.js';

const path = (relative: string) =>
  fileURLToPath(new URL(`../../${relative}`, import.meta.url));

const RULES = ['rules/tframex.rules.yml', 'rules/tframex.alerts.yml'];

/** Writes the alert on a counter of the app that the docs show. Returns its file. */
function exampleRules(): string {
  const docs = readFileSync(path('docs/reference/alerts.md'), 'utf8');
  const [, section] = docs.split('## Alerts of your own');
  const [, rules] = /```yaml\n([^]*?)```/.exec(section!)!;
  const file = join(tempFolder(), 'app.rules.yml');
  writeFileSync(file, rules!);
  return file;
}

class NoPassageError extends Error {}

@Agent('Toolbox')
@Injectable()
class Toolbox {
  @Tool('search')
  search(query: string) {
    if (query === '') throw new NoPassageError('no query');
  }
}

@Agent('Assistant')
@Injectable()
class Assistant {
  @Counted()
  counted(input: string) {
    if (input === '') throw new NoPassageError('no input');
  }

  @Timed()
  timed(input: string) {
    this.counted(input);
  }

  @AgentRun()
  use(toolbox: Toolbox, query: string) {
    toolbox.search(query);
  }
}

/** Starts an app on a port. It is closed with the test. */
async function startApp(port: number, initialSeries: boolean) {
  @Module({
    imports: [MetricsModule.forRoot({ initialSeries })],
    providers: [Toolbox, Assistant],
  })
  class AppModule {}
  const app = await NestFactory.create(AppModule, { logger: false });
  onTestFinished(() => app.close());
  const failures = app.get(MetricsCollector).counter('failures_total');
  await app.listen(port, '127.0.0.1');
  return { app, failures };
}

function failOnce({ app, failures }: Awaited<ReturnType<typeof startApp>>) {
  const assistant = app.get(Assistant);
  expect(() => assistant.counted('')).toThrow('no input');
  expect(() => assistant.timed('')).toThrow('no input');
  expect(() => assistant.use(app.get(Toolbox), '')).toThrow('no query');
  failures.inc();
}

const FIRING = 'ALERTS{alertstate="firing"}';

/** Alerts that fire now. */
const firing = (prometheus: Prometheus) => alertsOf(prometheus, FIRING);

/** Alerts that have ever fired. */
const fired = (prometheus: Prometheus) =>
  alertsOf(prometheus, `last_over_time(${FIRING}[10m])`);

/** The alerts that a query finds, as text. */
async function alertsOf(
  prometheus: Prometheus,
  query: string,
): Promise<string[]> {
  const { result } = await prometheus.api('query', { query });
  return (result as { metric: Record<string, string> }[])
    .map(({ metric: { alertname, job, agent, method, gen_ai_tool_name } }) =>
      [job, alertname, agent, method, gen_ai_tool_name]
        .filter((label) => label !== undefined)
        .join(' '),
    )
    .toSorted();
}

test.skipIf(!(await isInstalled('prometheus')))(
  'the first failure of a decorated method, of a tool and of a counter fires the shipped alerts, also after a restart, and not without initial series',
  async () => {
    const ports = [await freePort(), await freePort()];
    const jobs = ['with', 'without'];
    const prometheus = await startPrometheus(
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: [...RULES.map(path), exampleRules()],
        scrape_configs: jobs.map((job_name, i) => ({
          job_name,
          static_configs: [{ targets: [`127.0.0.1:${ports[i]}`] }],
        })),
      }),
    );
    onTestFinished(() => prometheus.stop());
    const { app: first } = await startApp(ports[0]!, true);
    const other = await startApp(ports[1]!, false);
    await waitForScrapes(prometheus, jobs.length);
    await first.close();
    const restarted = await startApp(ports[0]!, true);
    await waitForScrapes(prometheus, jobs.length);
    await waitForRules(prometheus);
    expect(await fired(prometheus)).toEqual([]);

    failOnce(restarted);
    failOnce(other);
    const expected = [
      'with AgentCallFailed Assistant counted',
      'with AgentCallFailed Assistant timed',
      'with FailureCounted',
      'with ToolCallFailed search',
    ];
    await waitForScrapes(prometheus, jobs.length);
    await waitForRules(prometheus);
    await waitFor(async () => {
      expect(await firing(prometheus)).toEqual(expected);
      return true;
    }, 'all alerts to fire');
    expect(await fired(prometheus)).toEqual(expected);
  },
);
