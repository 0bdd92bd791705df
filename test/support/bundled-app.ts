import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { AppFolder } from './app-folder.js';

/** What the app of the tests needs beside this package. None of its optional peers is among them. */
export const PACKAGES = [
  'express',
  'prom-client',
  'reflect-metadata',
  'rxjs',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
];

/** Packages that NestJS itself loads when they are there. Its users name them to their bundlers. */
export const OPTIONAL_FOR_NEST = [
  '@fastify/static',
  '@nestjs/microservices',
  '@nestjs/websockets',
  'class-transformer',
  'class-validator',
];

/** An app that calls an agent once, scrapes itself, prints the samples of agents, and ends. */
export const APP = `
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Agent, Counted, MetricsModule } from 'nestjs-agent-metrics';

@Agent('Assistant')
@Injectable()
class Assistant {
  @Counted()
  run() {}
}

@Module({
  imports: [MetricsModule.forRoot({ http: true })],
  providers: [Assistant],
})
class AppModule {}

async function main() {
  const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] });
  await app.listen(0, '127.0.0.1');
  app.get(Assistant).run();
  const { port } = app.getHttpServer().address();
  const page = await (await fetch('http://127.0.0.1:' + port + '/metrics')).text();
  console.log(page.split('\\n').filter((line) => line.startsWith('tframex_agent')).join('\\n'));
  await app.close();
}
void main();
`;

/** What {@link APP} prints. */
export const OUTPUT = `tframex_agent_executions_total{agent="Assistant",method="run",status="success"} 1
tframex_agent_executions_total{agent="Assistant",method="run",status="error"} 0
`;

/** A folder with the built package and what the app imports, gone when the test ends. */
export function appFolder(): string {
  const folder = new AppFolder(PACKAGES);
  folder.install();
  return folder.path;
}

/** Writes the app as TypeScript compiles it, to ES modules or CommonJS. Returns its file. */
export function writeApp(folder: string, format: 'mjs' | 'cjs'): string {
  const file = join(folder, `main.${format}`);
  const { outputText } = ts.transpileModule(APP, {
    compilerOptions: {
      module: format === 'mjs' ? ts.ModuleKind.ESNext : ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      esModuleInterop: true,
    },
  });
  writeFileSync(file, outputText);
  return file;
}
