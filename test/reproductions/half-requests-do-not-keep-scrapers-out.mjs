/**
 * Shows that connections that never send a whole request keep neither scrapes nor probes
 * from the server of the metrics.
 */
import { get } from 'node:http';
import { connect } from 'node:net';
import { PrometheusCollector } from 'nestjs-agent-metrics';
import { check } from './support/check.mjs';

const CONNECTIONS = 260;

const collector = new PrometheusCollector({ port: 0, host: '127.0.0.1' });
await collector.initialize();
const { endpoint } = await collector.healthCheck();
const { port } = new URL(endpoint);

/** The status of an answer on a connection of its own, or what went wrong. */
function ask(path) {
  return new Promise((resolve) => {
    get(new URL(path, endpoint), { agent: false }, (res) => {
      res.resume();
      res.once('end', () => resolve(res.statusCode));
    }).once('error', ({ code }) => resolve(code));
  });
}

async function connections(text) {
  const sockets = Array.from({ length: CONNECTIONS }, () =>
    connect(Number(port), '127.0.0.1').on('error', () => {}),
  );
  await Promise.all(
    sockets.map(
      (socket) => new Promise((done) => socket.once('connect', done)),
    ),
  );
  for (const socket of sockets) socket.write(text);
  return sockets;
}

for (const [what, text] of [
  ['half a header', 'GET /metrics HTTP/1.1\r\nHost: x\r\nX-Slow: '],
  ['nothing', ''],
  ['a request, and idle', 'GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'],
]) {
  console.log(`${CONNECTIONS} connections send ${what}.`);
  const sockets = await connections(text);
  const answers = [];
  for (let i = 0; i < 25; i++) answers.push(await ask('/metrics'));
  console.log(`  25 scrapes get ${[...new Set(answers)].join(', ')}`);
  const good = answers.filter((answer) => answer === 200).length;
  check('  scrapes that are answered', good, 25);
  check('  the probe /health/live gets', await ask('/health/live'), 200);
  for (const socket of sockets) socket.destroy();
}
await collector.shutdown();
