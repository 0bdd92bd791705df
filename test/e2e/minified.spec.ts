import { build, type BuildOptions } from 'esbuild';
import { expect, test } from 'vitest';
import { AppFolder } from '../support/app-folder.js';
import { OPTIONAL_FOR_NEST, PACKAGES } from '../support/bundled-app.js';

/** An app with agents, a handler and errors, with names of their own and without. */
const APP = `
import 'reflect-metadata';
import { BadRequestException, Controller, Get, Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Agent, Counted, LabelError, MetricName, MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';

class PlainError extends Error {}
class AssignedError extends Error {
  name = 'AssignedError';
}
class StaticError extends Error {
  static readonly name = 'StaticError';
}
@MetricName('QuotaError')
class QuotaException extends BadRequestException {}

const ERRORS = [PlainError, AssignedError, StaticError, QuotaException, LabelError, TypeError];

@Injectable()
class UnnamedAgent {
  @Counted()
  run() {}
}

@Agent('Assistant')
@Injectable()
class AssistantAgent {
  @Counted()
  run(Failure: new (message: string) => Error) {
    throw new Failure('no');
  }
}

@MetricName('tools')
@Controller('tools')
class ToolsController {
  @Get()
  list() {
    return [];
  }
}

@Module({ providers: [UnnamedAgent, AssistantAgent], controllers: [ToolsController] })
class AgentsModule {}

@Module({ imports: [MetricsModule.forRoot({ namespace: '', interceptor: true }), AgentsModule] })
class AppModule {}

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  await app.listen(0, '127.0.0.1');
  app.get(UnnamedAgent).run();
  for (const error of ERRORS) {
    try {
      app.get(AssistantAgent).run(error);
    } catch {}
  }
  await (await fetch((await app.getUrl()) + '/tools')).text();
  const page = await app.get(PrometheusCollector).metrics();
  console.log(page.match(/^.*executions_total[{].* [1-9]$/gm)!.join('\\n'));
  await app.close();
}
void main();
`;

/** Bundles the whole app, with NestJS and this package, runs it, and gives what it prints. */
async function runMinified(options: BuildOptions = {}) {
  const folder = new AppFolder(PACKAGES);
  folder.install();
  folder.write('main.ts', APP);
  const decorators = { experimentalDecorators: true };
  await build({
    entryPoints: [folder.of('main.ts')],
    outfile: folder.of('out.cjs'),
    bundle: true,
    platform: 'node',
    minify: true,
    external: OPTIONAL_FOR_NEST,
    tsconfigRaw: { compilerOptions: decorators },
    logLevel: 'silent',
    ...options,
  });
  const lines = (await folder.run('out.cjs')).split('\n');
  return {
    series: lines.filter((line) => line.includes('executions_total')),
    warnings: lines.filter((line) => line.includes('WARN')),
  };
}

const failed = (type: string | RegExp) =>
  expect.stringMatching(
    new RegExp(
      `^agent_executions_total{agent="Assistant",error_type="${type}",method="run",status="error"} 1$`,
    ),
  );

const TOOLS =
  'handler_executions_total{handler="tools",method="list",status="success",transport="http"} 1';

test('an app that esbuild minifies keeps all names that are given, and says at start which are not', async () => {
  const { series, warnings } = await runMinified();
  expect(series).toEqual([
    expect.stringMatching(
      /^agent_executions_total\{agent="[\w$]{1,3}",method="run"/,
    ),
    failed('[\\w$]{1,3}'),
    failed('AssignedError'),
    failed('StaticError'),
    failed('QuotaError'),
    failed('LabelError'),
    failed('TypeError'),
    TOOLS,
  ]);
  const [, agent] = /agent="([\w$]+)"/.exec(series[0]!)!;
  expect(warnings).toEqual([
    expect.stringContaining(
      `[MetricsModule] Class names look minified: "${agent}". They are values of the labels`,
    ),
  ]);
});

test('an app that esbuild minifies with keepNames has the names of its source', async () => {
  const { series, warnings } = await runMinified({ keepNames: true });
  expect(series).toEqual([
    'agent_executions_total{agent="UnnamedAgent",method="run",status="success"} 1',
    failed('PlainError'),
    failed('AssignedError'),
    failed('StaticError'),
    failed('QuotaError'),
    failed('LabelError'),
    failed('TypeError'),
    TOOLS,
  ]);
  expect(warnings).toEqual([]);
});
