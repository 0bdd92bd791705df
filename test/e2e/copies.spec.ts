import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { expect, test } from 'vitest';
import { VERSION } from '../../src/core/package.js';
import { PROTOCOL } from '../../src/core/shared-state.js';
import { AppFolder } from '../support/app-folder.js';

/** What `tsc` has compiled. */
const BUILT = fileURLToPath(new URL('../../build/index.js', import.meta.url));

const OWN_COPY = 'node_modules/library/node_modules/nestjs-agent-metrics';

/** A library whose agent is decorated, and injects the collector, with the library's own copy of the package. */
const LIBRARY = `
  for (const [decorator, key] of [[Counted(), 'run'], [Tool('search'), 'search']]) {
    const descriptor = Object.getOwnPropertyDescriptor(LibraryAgent.prototype, key);
    decorator(LibraryAgent.prototype, key, descriptor);
    Object.defineProperty(LibraryAgent.prototype, key, descriptor);
  }
  Injectable()(LibraryAgent);
  Reflect.defineMetadata('design:paramtypes', [PrometheusCollector], LibraryAgent);
`;

const CLASS = `
  class LibraryAgent {
    constructor(collector) {
      this.collector = collector;
    }
    run() {
      this.collector.counter('injected_total').inc();
    }
    search() {}
  }
`;

/** An app that calls the library's agent and prints its page. */
const APP = `
  import 'reflect-metadata';
  import { Module } from '@nestjs/common';
  import { NestFactory } from '@nestjs/core';
  import { MetricsModule, PrometheusCollector } from 'nestjs-agent-metrics';
  import { LibraryAgent } from 'library';

  class AppModule {}
  Module({
    imports: [MetricsModule.forRoot({ namespace: '' })],
    providers: [LibraryAgent],
  })(AppModule);
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'], abortOnError: false });
  await app.listen(0, '127.0.0.1');
  app.get(LibraryAgent).run();
  app.get(LibraryAgent).search();
  console.log(await (await fetch((await app.getUrl()) + '/metrics')).text());
  await app.close();
`;

function appFolder(library: string, type: 'module' | 'commonjs'): AppFolder {
  const folder = new AppFolder();
  folder.install();
  folder.write('node_modules/library/index.js', library);
  folder.write(
    'node_modules/library/package.json',
    JSON.stringify({ name: 'library', type, exports: './index.js' }),
  );
  folder.write('app.js', APP);
  return folder;
}

const ES_LIBRARY = `
  import { Injectable } from '@nestjs/common';
  import { Counted, PrometheusCollector, Tool } from 'nestjs-agent-metrics';
  export ${CLASS.trim()}
  ${LIBRARY}`;

const COMMONJS_LIBRARY = `
  const { Injectable } = require('@nestjs/common');
  const { Counted, PrometheusCollector, Tool } = require('./node_modules/nestjs-agent-metrics/dist/cjs/index.js');
  ${CLASS}
  exports.LibraryAgent = LibraryAgent;
  ${LIBRARY}`;

const RECORDED = [
  'injected_total 1',
  'agent_executions_total{agent="LibraryAgent",method="run",status="success"} 1',
  'gen_ai_execute_tool_duration_seconds_count{gen_ai_operation_name="execute_tool",gen_ai_tool_name="search"} 1',
];

/** Makes a version of the package that speaks another protocol. */
const nextProtocol: Plugin = {
  name: 'next protocol',
  setup: ({ onLoad }) =>
    onLoad({ filter: /core.shared-state\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      expect(text).toContain(`PROTOCOL = ${PROTOCOL};`);
      const next = `PROTOCOL = ${PROTOCOL + 1};`;
      return { contents: text.replace(`PROTOCOL = ${PROTOCOL};`, next) };
    }),
};

const linesOf = (output: string) => output.split('\n');

test("an app records what a library's own copy of the package decorates", async () => {
  const folder = appFolder(ES_LIBRARY, 'module');
  folder.install(OWN_COPY);
  const output = await folder.run('app.js');
  expect(linesOf(output)).toEqual(expect.arrayContaining(RECORDED));
  expect(output).not.toContain('WARN');
});

test('an ES module and a CommonJS copy of one version work together', async () => {
  const folder = appFolder(COMMONJS_LIBRARY, 'commonjs');
  folder.install(OWN_COPY);
  const output = await folder.run('app.js');
  expect(linesOf(output)).toEqual(expect.arrayContaining(RECORDED));
  expect(output).not.toContain('WARN');
});

test('an app says at start which two versions cannot work together, once', async () => {
  const folder = appFolder(ES_LIBRARY, 'module');
  folder.install(OWN_COPY);
  const other = folder.of(`${OWN_COPY}/dist/index.js`);
  await build({
    entryPoints: [BUILT],
    outfile: other,
    allowOverwrite: true,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    plugins: [nextProtocol],
  });
  // The library injects nothing: Nest itself refuses what it cannot provide.
  const library = ES_LIBRARY.replace('[PrometheusCollector]', '[]').replace(
    /this\.collector\.counter.*/,
    '',
  );
  folder.write('node_modules/library/index.js', library);
  const output = await folder.run('app.js');
  const own = folder.of(
    'node_modules/nestjs-agent-metrics/dist/chunks/core.js',
  );
  const warnings = linesOf(output).filter((line) =>
    line.includes('WARN [MetricsModule]'),
  );
  expect(warnings).toEqual([
    expect.stringContaining(
      `Two versions of nestjs-agent-metrics are loaded that cannot work together: ${VERSION} in ${own} and ${VERSION} in ${other}. Calls of methods that are decorated with the second one are not recorded. Install one version: "npm ls nestjs-agent-metrics" lists them.`,
    ),
  ]);
});

test('an app may join a registry of its own copy of prom-client', async () => {
  const folder = new AppFolder();
  folder.install();
  folder.copyPackage(
    'prom-client',
    'node_modules/nestjs-agent-metrics/node_modules/prom-client',
  );
  folder.write(
    'app.js',
    `import { PrometheusCollector } from 'nestjs-agent-metrics';
     import { Counter, Registry } from 'prom-client';
     const registry = new Registry();
     new Counter({ name: 'own_total', help: 'Own.', registers: [registry] }).inc();
     const collector = new PrometheusCollector({ namespace: '', port: 0, host: '127.0.0.1', registry, defaultMetrics: true });
     await collector.initialize();
     collector.counter('ours_total').inc();
     console.log(await collector.metrics(), await registry.metrics());
     await collector.shutdown();`,
  );
  const lines = linesOf(await folder.run('app.js'));
  for (const line of ['own_total 1', 'ours_total 1']) {
    expect(lines.filter((one) => one === line)).toHaveLength(2);
  }
  expect(
    lines.filter((one) => one.startsWith('process_cpu_user')),
  ).toHaveLength(2);
});
