/**
 * An app that counts as fast as it can and keeps its totals in the file of its first
 * argument. It renders pages all the time, and prints the total of each after it was rendered,
 * and how often it has counted itself. With a second argument it is one of several processes, which
 * share that directory.
 */
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { PrometheusCollector } from 'nestjs-agent-metrics';

const [file, directory] = process.argv.slice(2);
const collector = new PrometheusCollector({
  namespace: '',
  port: 0,
  host: '127.0.0.1',
  persistence: { file, interval: 100 },
  ...(directory && { processes: { directory, saveInterval: 100 } }),
});
await collector.initialize();
const jobs = collector.counter('jobs_total');
const cost = collector.histogram('cost', { buckets: [0.1, 0.5] });
for (let own = 50; ; own += 50) {
  for (let i = 0; i < 50; i++) {
    jobs.inc();
    cost.observe(Math.random());
    await setImmediate();
  }
  const page = await collector.metrics();
  const shown = ['jobs_total', 'cost_sum', 'cost_count'].map((name) =>
    Number(new RegExp(`^${name} (.*)$`, 'm').exec(page)?.[1] ?? 0),
  );
  writeSync(1, `${JSON.stringify([...shown, own])}\n`);
}
