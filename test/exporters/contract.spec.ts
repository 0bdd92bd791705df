import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, onTestFinished, test } from 'vitest';
import type { MetricsExporter } from '../../src/exporters/exporter.js';
import { OtlpExporter } from '../../src/exporters/otlp/otlp-exporter.js';
import { PushgatewayExporter } from '../../src/exporters/pushgateway/pushgateway-exporter.js';
import { StatsdExporter } from '../../src/exporters/statsd/statsd-exporter.js';
import type { PrometheusCollector } from '../../src/index.js';
import {
  type ContractBackend,
  type ContractTest,
  exporterContract,
  httpBackend,
} from '../../src/testing/index.js';
import { freePort } from '../support/http.js';
import { decodeRequest, type SentPoint } from '../support/otlp-definitions.js';
import { startGrpcBackend } from '../support/otlp-grpc-backend.js';
import {
  installedPushgateway,
  type RealPushgateway,
  startPushgateway,
} from '../support/processes.js';
import { startStatsd, type StatsdServer } from '../support/statsd.js';
import { tempFolder } from '../support/temp.js';
import {
  receiveUnix,
  type UnixServer,
  unixDgramIsMissing,
} from './statsd/unix-server.js';

/** What all exporters here have. */
interface Settings {
  readonly interval: false;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * The contract for an exporter whose deliveries may take long on a slow machine, but for the
 * rule about those that take too long.
 */
function contractFor<B extends ContractBackend>(
  makeExporter: (
    settings: Settings,
    backend: B,
    collector: PrometheusCollector,
  ) => MetricsExporter,
  makeBackend: () => B | Promise<B>,
): ContractTest[] {
  const within = (timeout: number) =>
    exporterContract(
      (backend, collector) =>
        makeExporter({ interval: false, timeout }, backend, collector),
      makeBackend,
    );
  const [short, long] = [within(1_000), within(5_000)];
  return long.map((one, i) =>
    one.name.includes('takes too long') ? short[i]! : one,
  );
}

const SECRET = 'token-of-the-contract';

type Temporality = 'cumulative' | 'delta';

/** The total of a counter in points: the last one, or the sum of those that are increases. */
function totalOf(
  points: readonly SentPoint[],
  name: string,
  temporality: Temporality,
): number {
  const values = points
    .filter(({ metric }) => metric === name)
    .map(({ value }) => Number(value));
  return temporality === 'cumulative'
    ? (values.at(-1) ?? 0)
    : values.reduce((sum, value) => sum + value, 0);
}

interface UrlBackend extends ContractBackend {
  readonly url: string;
}

const otlpOverHttp = (temporality: Temporality) =>
  httpBackend(
    (requests, metric) => {
      const points = requests.flatMap(({ body, headers }) => {
        const isJson = headers['content-type'] === 'application/json';
        return decodeRequest(body, isJson).points;
      });
      return totalOf(points, metric, temporality);
    },
    { secrets: [SECRET] },
  );

/** A server that takes OTLP by gRPC. A request that it does not answer is not taken. */
async function otlpOverGrpc(temporality: Temporality): Promise<UrlBackend> {
  const taken: SentPoint[] = [];
  const open = async (port?: number) => {
    const server = await startGrpcBackend(undefined, 'http', port);
    server.answer = () => {
      taken.push(...server.calls.at(-1)!.points);
      return Buffer.alloc(0);
    };
    return server;
  };
  let server = await open();
  const { url } = server;
  return {
    url,
    secrets: [SECRET],
    totalOf: (metric) => totalOf(taken, metric, temporality),
    hang: () => void (server.answer = () => undefined),
    stop: () => server.close(),
    start: async () => {
      server.close();
      server = await open(Number(new URL(url).port));
    },
  };
}

describe.each([
  ['http/protobuf', otlpOverHttp],
  ['http/json', otlpOverHttp],
  ['grpc', otlpOverGrpc],
] as const)('OTLP over %s', (protocol, makeBackend) => {
  describe.each(['cumulative', 'delta'] as const)('%s', (temporality) => {
    const contract = contractFor(
      (settings, { url }: UrlBackend) =>
        new OtlpExporter({
          ...settings,
          url,
          protocol,
          temporality,
          headers: { authorization: `Bearer ${SECRET}` },
        }),
      () => makeBackend(temporality),
    );
    for (const { name, run } of contract) {
      test(`OTLP over ${protocol}, ${temporality}: ${name}`, run);
    }
  });
});

/** The sum of the increases of a counter in lines of StatsD. */
function increases(lines: readonly string[], metric: string): number {
  return lines
    .map((line) => /^([^:]+):([^|]+)\|c/.exec(line))
    .filter((match) => match?.[1] === metric)
    .reduce((sum, match) => sum + Number(match![2]), 0);
}

interface StatsdBackend extends ContractBackend {
  readonly server: StatsdServer;
}

/** A real StatsD server. It answers nothing, so it cannot hang. */
async function statsd(protocol: 'udp' | 'tcp'): Promise<StatsdBackend> {
  const server = await startStatsd(protocol);
  let isUp = true;
  return {
    server,
    acknowledges: protocol === 'tcp',
    totalOf: async (metric) => increases(await server.received(), metric),
    stop: async () => {
      isUp = false;
      await server.kill();
    },
    start: async () => {
      if (!isUp) await server.start();
      isUp = true;
    },
    close: () => {},
  };
}

describe.each(['udp', 'tcp'] as const)('StatsD over %s', (protocol) => {
  const contract = contractFor(
    (settings, { server: { port } }: StatsdBackend) =>
      new StatsdExporter({ ...settings, protocol, host: '127.0.0.1', port }),
    () => statsd(protocol),
  );
  for (const { name, run } of contract) {
    test(`StatsD over ${protocol}: ${name}`, run);
  }
});

interface UnixBackend extends ContractBackend {
  readonly path: string;
}

async function statsdOverUnix(): Promise<UnixBackend> {
  const path = join(tempFolder(), 'statsd.sock');
  const lines: string[] = [];
  let server: UnixServer | undefined = await receiveUnix(path);
  return {
    path,
    totalOf: (metric) =>
      increases([...lines, ...(server?.lines() ?? [])], metric),
    stop: async () => {
      await server?.kill();
      lines.push(...(server?.lines() ?? []));
      server = undefined;
      await rm(path, { force: true });
    },
    start: async () => {
      server ??= await receiveUnix(path);
    },
    close: () => {},
  };
}

describe('StatsD over a Unix socket', async () => {
  const missing = await unixDgramIsMissing();
  const contract = contractFor(
    (settings, { path }: UnixBackend) =>
      new StatsdExporter({ ...settings, protocol: 'unix', path }),
    statsdOverUnix,
  );
  for (const { name, run } of contract) {
    test.skipIf(missing)(`StatsD over a Unix socket: ${name}`, run);
  }
});

/** A real Pushgateway. While it hangs, a server in its place takes connections. */
async function pushgateway(program: string): Promise<UrlBackend> {
  const port = await freePort();
  let running: RealPushgateway | undefined;
  let hanging: Server | undefined;
  const stop = async () => {
    await running?.stop();
    running = undefined;
    if (hanging !== undefined) await closed(hanging);
    hanging = undefined;
  };
  const start = async () => {
    if (hanging !== undefined) await stop();
    running ??= await startPushgateway(program, { port });
  };
  await start();
  onTestFinished(stop);
  return {
    url: running!.url,
    secrets: [SECRET],
    totalOf: async (metric) => {
      const page = await running!.page();
      return Number(
        new RegExp(`^${metric}{[^}]*} (.*)$`, 'm').exec(page)?.[1] ?? 0,
      );
    },
    stop,
    start,
    hang: async () => {
      await stop();
      hanging = await listening(port);
    },
  };
}

/** A server that takes connections and answers nothing. */
async function listening(port: number): Promise<Server> {
  const server = createServer((socket) => {
    connections.add(socket.on('error', () => {}));
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return server;
}

const connections = new Set<Socket>();

async function closed(server: Server): Promise<void> {
  for (const connection of connections) connection.destroy();
  connections.clear();
  await new Promise((resolve) => server.close(resolve));
}

describe('Pushgateway', async () => {
  const program = await installedPushgateway();
  const contract = contractFor(
    (settings, { url }: UrlBackend, collector) =>
      new PushgatewayExporter(
        {
          ...settings,
          url,
          jobName: 'contract',
          headers: { 'x-token': SECRET },
        },
        collector,
      ),
    () => pushgateway(program!),
  );
  for (const { name, run } of contract) {
    test.skipIf(program === undefined)(`Pushgateway: ${name}`, run);
  }
});
