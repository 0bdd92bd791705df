import { createServer, type Server } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listen, listenOnceFree } from '../../src/http/listen.js';
import { makeCollector, samples } from '../support/collector.js';
import { freePort, portOf, waitFor } from '../support/http.js';
import { tempFolder } from '../support/temp.js';

const HOST = '127.0.0.1';

/** Collectors that share a port and a directory, as processes of one app do. */
async function members(count: number) {
  const options = {
    port: await freePort(),
    processes: { directory: tempFolder() },
  };
  const all = Array.from({ length: count }, () => makeCollector(options));
  for (const { collector } of all) await collector.initialize();
  const page = async () =>
    (await fetch(`http://${HOST}:${options.port}/metrics`)).text();
  return { collectors: all.map(({ collector }) => collector), page, options };
}

const isServing = async (collectors: { healthCheck(): Promise<any> }[]) =>
  Promise.all(
    collectors.map(async (one) => (await one.healthCheck()).server_running),
  );

test('the first member to bind the port serves the page of all, and the others stand by without an error', async () => {
  const { collectors, page, options } = await members(3);
  for (const one of collectors) one.counter('calls_total').inc();
  expect(await page()).toContain('calls_total 3\n');
  expect(await isServing(collectors)).toEqual([true, false, false]);
  for (const one of collectors) {
    expect(await one.healthCheck()).toMatchObject({
      healthy: true,
      endpoint: `http://${HOST}:${options.port}/metrics`,
    });
  }
});

test('the health of each member tells how many members it sees', async () => {
  const { collectors, page } = await members(3);
  const counts = () =>
    Promise.all(
      collectors.map(async (one) => (await one.healthCheck()).members),
    );
  expect(await counts()).toEqual([3, 3, 3]);
  await collectors[2]!.shutdown();
  await page();
  expect(await counts()).toEqual([2, 2, undefined]);
});

test('a member that stands by takes over within about a second after the port becomes free, with the counts of all', async () => {
  const { collectors, page } = await members(3);
  const [first, ...others] = collectors;
  for (const one of collectors) one.counter('calls_total').inc();
  await page();
  await first!.shutdown();
  await waitFor(
    async () => (await isServing(others)).includes(true),
    'another member to serve',
    2,
  );
  expect(await page()).toContain('calls_total 3\n');
});

test('a member that is shut down while it stands by does not take the port later', async () => {
  const { collectors, page } = await members(2);
  const [first, second] = collectors;
  await second!.shutdown();
  await first!.shutdown();
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(await isServing(collectors)).toEqual([false, false]);
  await expect(page()).rejects.toThrow();
});

test('a port in use fails the start of a collector that is not one of several', async () => {
  const { options } = await members(1);
  const { collector } = makeCollector({ port: options.port });
  await expect(collector.initialize()).rejects.toThrow('already in use');
});

test('an address that becomes unusable is reported once, and tried again', async () => {
  const told: unknown[] = [];
  const server = new FailingServer(['EACCES', 'EACCES', 'EADDRINUSE']);
  const stop = listenOnceFree(server.server, { port: 0, host: HOST }, (error) =>
    told.push((error as NodeJS.ErrnoException).code),
  );
  onTestFinished(stop);
  await waitFor(() => server.server.listening, 'the server to listen');
  expect(told).toEqual(['EACCES']);
});

test('a server that has failed to listen can listen on a free port', async () => {
  const first = await listening({ port: 0 });
  const server = createServer();
  const listeners = server.listenerCount('listening');
  await expect(
    listen(server, { port: portOf(first), host: HOST }),
  ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  expect(server.listenerCount('listening')).toBe(listeners);
  await listening({ port: 0 }, server);
  expect(server.listenerCount('error')).toBe(0);
});

async function listening({ port }: { port: number }, server = createServer()) {
  await listen(server, { port, host: HOST });
  onTestFinished(() => void server.close());
  return server;
}

/** Fails to listen with one code after another, and then listens. */
class FailingServer {
  readonly server: Server = createServer();

  constructor(codes: string[]) {
    const { server } = this;
    const original = server.listen.bind(server) as (...of: any[]) => Server;
    server.listen = (...of: any[]) => {
      const code = codes.shift();
      if (code === undefined) return original(...of);
      process.nextTick(() =>
        server.emit('error', Object.assign(new Error(code), { code })),
      );
      return server;
    };
    onTestFinished(() => void server.close());
  }
}

test('the page of a member that stands by is rendered in its process too', async () => {
  const { collectors } = await members(2);
  collectors[1]!.counter('calls_total').inc();
  expect(await samples(collectors[1]!, 'calls_total')).toEqual([
    'calls_total 1',
  ]);
});
