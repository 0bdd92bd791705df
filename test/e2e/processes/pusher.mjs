/** A process that pushes to a Pushgateway, and does what the process that has forked it says. */
import { PrometheusCollector } from 'nestjs-agent-metrics';
import { PushgatewayExporter } from 'nestjs-agent-metrics/pushgateway';

const { directory, url, atShutdown, pushes } = JSON.parse(process.argv[2]);

const collector = new PrometheusCollector({
  namespace: '',
  port: 0,
  host: '127.0.0.1',
  processes: { directory },
});
const rows = collector.counter('rows_total');
collector.gauge('workers').set(1);
if (pushes) {
  await collector.addExporter(
    new PushgatewayExporter(
      { jobName: 'import', interval: 100, url, atShutdown },
      collector,
    ),
  );
}
await collector.initialize();

/** How often this process has pushed. */
async function pushed() {
  const { metrics } = await collector.snapshot();
  const exports = metrics.find(({ name }) => name === 'metrics_exports_total');
  return (exports?.series ?? [])
    .filter(({ labels }) => labels.status === 'success')
    .reduce((sum, { value }) => sum + value, 0);
}

const commands = {
  count: () => rows.inc(),
  flush: () => collector.flush(),
  pushed,
  close: async () => {
    await collector.shutdown();
    process.disconnect();
  },
};

process.on('message', async (command) => {
  const result = await commands[command]();
  if (process.connected) process.send({ command, result });
});
process.send({ command: 'ready' });
