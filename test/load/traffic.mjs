/** Requests to an app at a steady rate, in a process of its own; tells how long they took. */
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

process.on('message', async ({ id, port, seconds, perSecond }) => {
  const took = [];
  let errors = 0;
  const begin = performance.now();
  const running = [];
  for (let i = 0; i < seconds * perSecond; i++) {
    const due = begin + (i * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const start = performance.now();
    running.push(
      once(port).then(
        () => took.push(performance.now() - start),
        () => errors++,
      ),
    );
  }
  await Promise.all(running);
  took.sort((a, b) => a - b);
  const quantile = (q) => took[Math.floor(q * (took.length - 1))];
  process.send({
    id,
    result: {
      count: took.length,
      errors,
      p50: quantile(0.5),
      p99: quantile(0.99),
    },
  });
});
process.on('disconnect', () => process.exit());
process.send({});

function once(port) {
  return new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path: '/work' }, (res) => {
      res.resume();
      res.once('end', () => {
        if (res.statusCode === 200) resolve();
        else reject(new Error(String(res.statusCode)));
      });
    })
      .once('error', reject)
      .end();
  });
}
