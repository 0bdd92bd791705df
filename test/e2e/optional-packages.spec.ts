import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';

const path = (relative: string) =>
  fileURLToPath(new URL(relative, import.meta.url));

const { peerDependenciesMeta } = JSON.parse(
  readFileSync(path('../../package.json'), 'utf8'),
) as { peerDependenciesMeta: Record<string, { optional: boolean }> };

/** The packages that an app of these options loads, from start to end, and parts of ours that are files of their own. */
async function loadedBy(options: object): Promise<Set<string>> {
  const app = `
    import 'reflect-metadata';
    import { Module } from '@nestjs/common';
    import { NestFactory } from '@nestjs/core';
    import { MetricsModule } from 'nestjs-agent-metrics';
    class AppModule {}
    Module({ imports: [MetricsModule.forRoot(${JSON.stringify(options)})] })(AppModule);
    const app = await NestFactory.create(AppModule, { logger: false });
    await app.listen(0, '127.0.0.1');
    await app.close();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--import',
      path('../support/loaded-packages.mjs'),
      '--input-type=module',
      '--eval',
      app,
    ],
    // Where the package resolves by its own name.
    { cwd: path('../..'), timeout: 60_000 },
  );
  const names = [...stdout.matchAll(/^loads (.+)$/gm)].map(([, name]) => name!);
  return new Set(names);
}

/** What sends metrics; what all parts need is there in any case. */
const partsOf = (loaded: Set<string>) =>
  [...loaded].filter((name) => name.endsWith('-sender.js'));

describe('optional packages', () => {
  test('an app without options loads no optional package but the API of OpenTelemetry, a dependency of prom-client', async () => {
    const loaded = await loadedBy({});
    expect(loaded).toContain('prom-client');
    const optional = Object.keys(peerDependenciesMeta);
    expect(optional.filter((name) => loaded.has(name))).toEqual([
      '@opentelemetry/api',
    ]);
    expect(partsOf(loaded)).toEqual([]);
  });

  test('an app loads the live page only with its option', async () => {
    const chunk = './live-page.js';
    const without = await loadedBy({});
    expect(without).not.toContain(chunk);
    const loaded = await loadedBy({ live: true });
    expect(loaded).toContain(chunk);
    const more = [...loaded].filter((name) => !without.has(name));
    expect(more.filter((name) => !name.startsWith('./'))).toEqual([]);
  });

  test('an app loads nothing of the test kit', async () => {
    const loaded = [...(await loadedBy({}))];
    expect(loaded).toContain('./chunks/core.js');
    expect(loaded.filter((name) => /testing|matchers/.test(name))).toEqual([]);
  });

  test('an app with the option statsd loads no optional package, and nothing of other exporters', async () => {
    const loaded = await loadedBy({ statsd: { port: 9 }, flushTimeout: 1 });
    expect(partsOf(loaded)).toEqual(['./statsd-sender.js']);
    expect(loaded).not.toContain('@grpc/grpc-js');
    loaded.delete('./statsd-sender.js');
    expect(loaded).toEqual(await loadedBy({}));
  });

  test('an app loads gRPC for OTLP over gRPC, and no package for OTLP over HTTP', async () => {
    const url = 'http://127.0.0.1:9';
    const overHttp = await loadedBy({ otlp: { url }, flushTimeout: 1 });
    expect(partsOf(overHttp)).toEqual(['./otlp-sender.js']);
    overHttp.delete('./otlp-sender.js');
    expect(overHttp).toEqual(await loadedBy({}));
    const otlp = { url, protocol: 'grpc' };
    const overGrpc = await loadedBy({ otlp, flushTimeout: 1 });
    expect(overGrpc).toContain('@grpc/grpc-js');
    expect(partsOf(overGrpc)).toEqual(['./otlp-sender.js']);
  });
});
