/**
 * A backend of npm's `statsd`: appends what the server reads, and what it makes of
 * that at each flush, to files that outlive the server.
 */
const { appendFileSync } = require('node:fs');
const util = require('node:util');

// Told to Node by `--require` too: the server calls it, and Node 23 has it no more.
util.log ??= () => {};

// Killed from without, the server may have read what it has not written down yet. In
// between two turns of its event loop there is no such thing.
process.on('message', () => process.kill(process.pid, 'SIGKILL'));

exports.init = (_startup, { received, flushed }, events) => {
  // A datagram has no line feed at its end.
  events.on('packet', (packet) => appendFileSync(received, `${packet}\n`));
  events.on('flush', (_time, { counters, gauges, timers }) => {
    const line = JSON.stringify({ counters, gauges, timers });
    appendFileSync(flushed, `${line}\n`);
  });
  return true;
};
