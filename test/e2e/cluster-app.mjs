/**
 * Two workers behind one port, as `node:cluster` and pm2 have them, and the primary
 * with the metrics of both: `cluster-app.mjs`. Prints the ports of the app and of the metrics.
 */
import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { PrometheusCollector } from 'nestjs-agent-metrics';
import { AggregatorRegistry } from 'prom-client';

const HOST = '127.0.0.1';

async function listen(server) {
  server.listen(0, HOST);
  await once(server, 'listening');
  return server.address().port;
}

/** Created in each process: its constructor connects the processes. */
const aggregate = new AggregatorRegistry();

async function primary() {
  const workers = [cluster.fork(), cluster.fork()];
  const ports = await Promise.all(
    workers.map(async (worker) => (await once(worker, 'message'))[0].port),
  );
  const metrics = await listen(
    createServer((_req, res) => {
      aggregate.clusterMetrics().then(
        (page) => res.end(page),
        (error) => res.writeHead(500).end(String(error)),
      );
    }),
  );
  console.log(JSON.stringify({ ports, metrics }));
}

async function worker() {
  const collector = new PrometheusCollector({
    port: 0,
    host: HOST,
    processes: false,
  });
  await collector.initialize();
  AggregatorRegistry.setRegistries(collector.registry);
  const runs = collector.counter('runs_total');
  const seconds = collector.timer('run_seconds', { buckets: [1, 10] });
  const sessions = collector.gauge('sessions');
  const largest = collector.gauge('largest_batch', { aggregator: 'max' });
  // prom-client gives up all workers if one has not answered within 5 seconds.
  collector.gauge('hangs', { collect: () => new Promise(() => {}) });
  collector.addHealthCheck({
    name: 'store',
    check: () => cluster.worker.id === 1,
  });
  // A port of its own, so that the test knows who has which request.
  const app = createServer((req, res) => {
    runs.inc({ path: req.url });
    seconds.observe(5);
    sessions.inc();
    largest.inc();
    res.end();
  });
  app.listen({ port: 0, host: HOST, exclusive: true });
  await once(app, 'listening');
  process.send({ port: app.address().port });
}

await (cluster.isPrimary ? primary() : worker());
