/**
 * An app that counts as fast as it can and keeps its totals in the file of its first
 * argument. It renders pages all the time, and prints the total of each after it was rendered.
 */
import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { PrometheusCollector } from 'nestjs-agent-metrics';

const [file] = process.argv.slice(2);
const collector = new PrometheusCollector({
  namespace: '',
  port: 0,
  host: '127.0.0.1',
  persistence: { file, interval: 100 },
});
await collector.initialize();
const jobs = collector.counter('jobs_total');
const cost = collector.histogram('cost', { buckets: [0.1, 0.5] });
for (;;) {
  for (let i = 0; i < 50; i++) {
    jobs.inc();
    cost.observe(Math.random());
    await setImmediate();
  }
  const page = await collector.metrics();
  const shown = ['jobs_total', 'cost_sum', 'cost_count'].map((name) =>
    Number(new RegExp(`^${name} (.*)$`, 'm').exec(page)[1]),
  );
  writeSync(1, `${JSON.stringify(shown)}\n`);
}
