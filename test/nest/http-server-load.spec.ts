import { randomUUID } from 'node:crypto';
import { Controller, Get, Res } from '@nestjs/common';
import { describe, expect, test } from 'vitest';
import { MetricsModule, PrometheusCollector } from '../../src/index.js';
import { waitFor } from '../support/http.js';
import { ADAPTERS, startApp } from './support/app.js';
import { HttpClient } from './support/http-client.js';
import { activeRequests, countsOf } from './support/http-series.js';

/** Lets through what waits before it, once and for all. */
class Gate {
  readonly opened: Promise<void>;
  open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => (this.open = resolve));
  }
}

/** An app whose answers wait at the gate: one before its first byte, one after it. */
function gateController(gate: Gate) {
  @Controller()
  class GateController {
    @Get('value')
    async value() {
      await gate.opened;
      return 'value';
    }

    @Get('stream')
    async stream(@Res() response: any) {
      const res = response.raw ?? response;
      res.write('first');
      await gate.opened;
      res.end('last');
    }
  }
  return GateController;
}

const metrics = () => MetricsModule.forRoot({ namespace: '', http: true });

describe.each(ADAPTERS)('under load on %s', (_name, adapter) => {
  test('each of 2,000 concurrent requests is counted once, a tenth of them aborted', async () => {
    const gate = new Gate();
    const { app, url } = await startApp(
      { imports: [metrics()], controllers: [gateController(gate)] },
      adapter,
    );
    const collector = app.get(PrometheusCollector);
    const client = new HttpClient(url);
    let leave!: () => void;
    const left = new Promise<void>((resolve) => (leave = resolve));
    const answered: Promise<unknown>[] = [];
    const aborted: Promise<void>[] = [];
    for (let i = 0; i < 1000; i++) {
      for (const path of ['/value', '/stream']) {
        if (i % 10 === 0) aborted.push(client.abort(path, left));
        else answered.push(client.send(path));
      }
    }
    await waitFor(
      async () => (await activeRequests(collector)) === 2000,
      '2,000 requests at the same time',
    );
    leave();
    await Promise.all(aborted);
    await waitFor(
      async () => (await activeRequests(collector)) === 1800,
      'the aborted requests to be over',
    );
    gate.open();
    await Promise.all(answered);
    expect(await countsOf(collector, 2000)).toEqual({
      'GET /value 200': 900,
      'GET /value 499': 100,
      'GET /stream 200': 900,
      'GET /stream 499': 100,
    });
    expect(await activeRequests(collector)).toBe(0);
  });

  test('10,000 requests to random paths are one series for each method and status', async () => {
    const { app, url } = await startApp({ imports: [metrics()] }, adapter);
    const client = new HttpClient(url, 32);
    const methods = ['GET', 'POST', 'DELETE', 'REPORT', 'PURGE'];
    const path = () => `/${randomUUID().replaceAll('-', '/')}`;
    await Promise.all(
      Array.from({ length: 10_000 }, (_, i) =>
        client.send(path(), { method: methods[i % methods.length]! }),
      ),
    );
    expect(await countsOf(app.get(PrometheusCollector), 10_000)).toEqual({
      'GET unmatched 404': 2000,
      'POST unmatched 404': 2000,
      'DELETE unmatched 404': 2000,
      '_OTHER unmatched 404': 4000,
    });
  });
});
