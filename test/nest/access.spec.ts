import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  HealthController,
  MetricsController,
  MetricsModule,
  OptionsError,
  PrometheusCollector,
} from '../../src/index.js';
import { samples } from '../support/collector.js';
import { freePort } from '../support/http.js';
import { tempFolder } from '../support/temp.js';
import { ADAPTERS, startApp } from './support/app.js';

const TOKEN = { authorization: 'Bearer s3cret' };

/** The setting of each framework that trusts the headers of proxies. */
const BEHIND_PROXY = {
  Express: () => {
    const adapter = new ExpressAdapter();
    adapter.set('trust proxy', 'loopback');
    return adapter;
  },
  Fastify: () => new FastifyAdapter({ trustProxy: '127.0.0.1' }),
};

const ALLOW_PRIVATE = { access: { allow: ['10.0.0.0/8'] } };

describe.each(ADAPTERS)('on %s, access', (name, adapter) => {
  test('access to the page and to the health is granted apart', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { access: { bearerToken: 's3cret' } },
            health: {
              access: { basicAuth: { username: 'ops', password: 'pass' } },
            },
          }),
        ],
      },
      adapter,
    );
    const status = async (path: string, headers = {}) =>
      (await get(path, { headers })).status;
    const ops = { authorization: `Basic ${btoa('ops:pass')}` };
    expect(await status('/metrics')).toBe(401);
    expect(await status('/metrics', ops)).toBe(401);
    expect(await status('/metrics', TOKEN)).toBe(200);
    expect(await status('/health')).toBe(401);
    expect(await status('/health', TOKEN)).toBe(401);
    expect(await status('/health', ops)).toBe(200);
    expect(await status('/health/live')).toBe(200);
    expect(await status('/health/ready')).toBe(200);
  });

  test('the option access of the page leaves the health as it is', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { access: { bearerToken: 's3cret' } },
          }),
        ],
      },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/health')).status).toBe(200);
  });

  test('a request without access gets a challenge, and headers that keep browsers from guessing', async () => {
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { access: { bearerToken: 's3cret' } },
          }),
        ],
      },
      adapter,
    );
    const refused = await get('/metrics');
    expect(refused.headers.get('www-authenticate')).toBe(
      'Bearer realm="metrics"',
    );
    expect(await refused.text()).toBe('Unauthorized\n');
    for (const response of [refused, await get('/health')]) {
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('content-type')).not.toContain('html');
    }
  });

  test('access ignores a header about the address, unless the proxy is trusted', async () => {
    const parts = {
      imports: [
        MetricsModule.forRoot({
          prometheus: ALLOW_PRIVATE,
          health: ALLOW_PRIVATE,
        }),
      ],
    };
    const spoofed = { 'x-forwarded-for': '10.1.2.3' };
    const paths = ['/metrics', '/health', '/health/live', '/health/ready'];
    const direct = await startApp(parts, adapter);
    for (const path of paths) {
      const { status } = await direct.get(path, { headers: spoofed });
      expect(status, path).toBe(403);
    }
    const behindProxy = await startApp(parts, BEHIND_PROXY[name] as any);
    for (const path of paths) {
      const status = async (headers: Record<string, string>) =>
        (await behindProxy.get(path, { headers })).status;
      expect(await status(spoofed), path).toBe(200);
      expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(403);
      // What the proxy adds stands last; what the client wrote before it is not believed.
      expect(await status({ 'x-forwarded-for': '10.1.2.3, 203.0.113.9' })).toBe(
        403,
      );
      expect(await status({ 'x-forwarded-for': 'unknown' })).toBe(403);
      expect(await status({})).toBe(403);
    }
    const { app } = behindProxy;
    expect(
      await samples(
        app.get(PrometheusCollector),
        'tframex_metrics_refusals_total',
      ),
    ).toContain(
      'tframex_metrics_refusals_total{reason="address",resource="ready"} 4',
    );
  });

  test('an allowed address has access', async () => {
    const access = { allow: ['127.0.0.1', '::1'] };
    const { get } = await startApp(
      { imports: [MetricsModule.forRoot({ prometheus: { access } })] },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(200);
  });

  test('access by address is closed on a Unix socket, which has none', async () => {
    const socketPath = join(tempFolder(), 'app.sock');
    const access = { allow: ['0.0.0.0/0', '::/0'] };
    @Module({ imports: [MetricsModule.forRoot({ prometheus: { access } })] })
    class SocketModule {}
    const app = await NestFactory.create(
      SocketModule,
      adapter() as ExpressAdapter,
      { logger: false },
    );
    onTestFinished(() => app.close());
    await app.listen({ path: socketPath } as never);
    const status = (path: string) =>
      new Promise((resolve, reject) => {
        request({ socketPath, path, agent: false }, (res) =>
          resolve(res.resume().statusCode),
        )
          .once('error', reject)
          .end();
      });
    expect(await status('/metrics')).toBe(403);
    expect(await status('/health')).toBe(200);
  });

  test('access is checked on controllers of the app too', async () => {
    @Controller('own/metrics')
    class OwnMetrics extends MetricsController {}
    @Controller('own/health')
    class OwnHealth extends HealthController {}
    const access = { bearerToken: 's3cret' };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: { path: false, access },
            health: { path: false, access },
          }),
        ],
        controllers: [OwnMetrics, OwnHealth],
      },
      adapter,
    );
    for (const path of ['/own/metrics', '/own/health']) {
      expect((await get(path)).status).toBe(401);
      expect((await get(path, { headers: TOKEN })).status).toBe(200);
    }
  });

  test('access on a server of its own is checked by its own connection only', async () => {
    const port = await freePort();
    await startApp(
      {
        imports: [
          MetricsModule.forRoot({
            prometheus: {
              port,
              host: '127.0.0.1',
              access: { bearerToken: 's3cret' },
            },
            health: ALLOW_PRIVATE,
          }),
        ],
      },
      BEHIND_PROXY[name] as any,
    );
    const status = async (path: string, headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${port}${path}`, { headers })).status;
    expect(await status('/metrics', {})).toBe(401);
    expect(await status('/metrics', TOKEN)).toBe(200);
    expect(await status('/health', { 'x-forwarded-for': '10.0.0.1' })).toBe(
      403,
    );
  });

  test('a secret that cannot be read keeps the app from starting', async () => {
    const file = join(tempFolder(), 'token');
    const parts = {
      imports: [
        MetricsModule.forRootAsync({
          useFactory: () => ({
            health: { access: { bearerToken: { file } } },
          }),
        }),
      ],
    };
    const start = startApp(parts, adapter);
    await expect(start).rejects.toThrow(OptionsError);
    await expect(start).rejects.toThrow(
      `health.access.bearerToken.file is "${file}", which cannot be read: ENOENT`,
    );
    writeFileSync(file, 's3cret');
    const { get } = await startApp(parts, adapter);
    expect((await get('/health', { headers: TOKEN })).status).toBe(200);
  });

  test('the option access costs nothing and reads nothing when the module is off', async () => {
    const access = { bearerToken: { file: '/nowhere/at/all' } };
    const { get } = await startApp(
      {
        imports: [
          MetricsModule.forRoot({ enabled: false, prometheus: { access } }),
        ],
      },
      adapter,
    );
    expect((await get('/metrics')).status).toBe(404);
  });
});
