import { createServer } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { OtlpExporter } from '../../../src/exporters/otlp/otlp-exporter.js';
import { listen, waitFor } from '../../support/http.js';
import { gaugeOf, snapshotOf, valueSeries } from '../../support/snapshots.js';

const LEVEL = snapshotOf([gaugeOf('level', valueSeries(1))]);

describe('the connection', () => {
  async function started(url: string) {
    const exporter = new OtlpExporter({ url });
    await exporter.start();
    onTestFinished(() => exporter.shutdown());
    const send = () => exporter.export(LEVEL, new AbortController().signal);
    return { exporter, send };
  }

  /** A server that keeps connections for ever, and how many there are. */
  async function patientServer() {
    const open = new Set<Socket>();
    const server = createServer((req, res) => {
      req.resume().on('end', () => res.end());
    });
    server.keepAliveTimeout = 0;
    server.on('connection', (socket) => {
      open.add(socket);
      socket.once('close', () => open.delete(socket));
    });
    return { url: `http://${await listen(server)}/`, open };
  }

  it('the exporter closes its connection when it shuts down', async () => {
    const { url, open } = await patientServer();
    const { exporter, send } = await started(url);
    await send();
    expect(open.size).toBe(1);
    const ended = Date.now();
    exporter.shutdown();
    await waitFor(() => open.size === 0, 'its end');
    // And not because nothing was sent on it.
    expect(Date.now() - ended).toBeLessThan(3_000);
  });

  it('the exporter closes a connection that is idle', async () => {
    const { url, open } = await patientServer();
    const { send } = await started(url);
    await send();
    await send();
    expect(open.size).toBe(1);
    await waitFor(() => open.size === 0, 'its end');
  }, 20_000);
});
