import { connect } from 'node:net';
import { parentPort } from 'node:worker_threads';

/** A scraper in a thread of its own: reads to the end, throws the bytes away, says how long it took. */
parentPort.on('message', ({ port, path }) => {
  const start = performance.now();
  let bytes = 0;
  const socket = connect(port, '127.0.0.1', () =>
    socket.write(
      `GET ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`,
    ),
  );
  socket.on('data', (chunk) => (bytes += chunk.length));
  socket.on('error', () => {});
  socket.on('close', () =>
    parentPort.postMessage({ ms: performance.now() - start, bytes }),
  );
});
