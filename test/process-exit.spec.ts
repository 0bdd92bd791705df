import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const APP = `
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MetricsModule } from 'nestjs-agent-metrics';

class AppModule {}
Module({
  imports: [MetricsModule.forRoot({ interceptor: true, prometheus: OPTIONS })],
})(AppModule);
const app = await NestFactory.create(AppModule, { logger: false });
await app.listen(0, '127.0.0.1');
const { port } = app.getHttpServer().address();
await (await fetch(\`http://127.0.0.1:\${port}/metrics\`)).text();
await app.close();
console.log('closed');
`;

test.each([
  ['on the app itself', '{}'],
  ['on a server of its own', "{ port: 0, host: '127.0.0.1' }"],
])(
  'a process ends by itself once its app is closed, with the endpoints %s',
  async (_where, options) => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', APP.replace('OPTIONS', options)],
      { cwd: ROOT, timeout: 20_000 },
    );
    expect(stdout).toBe('closed\n');
  },
);
