import { connect } from 'node:net';

/**
 * Asks for one path on kept connections, each asking again as soon as it is
 * answered. All answers are taken to be as long as the first.
 *
 * @returns {Promise<number>} answers per second.
 */
export async function load(port, path, { connections, seconds }) {
  const request = `GET ${path} HTTP/1.1\r\nHost: bench\r\n\r\n`;
  let answers = 0;
  const until = performance.now() + seconds * 1000;
  const ask = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(request));
      socket.setNoDelay(true);
      let answer = '';
      let length = Infinity;
      socket.on('data', (chunk) => {
        answer += chunk.toString('latin1');
        if (length === Infinity) length = lengthOf(answer);
        if (answer.length < length) return;
        if (!answer.startsWith('HTTP/1.1 200')) {
          return reject(new Error(answer.slice(0, 60)));
        }
        answer = '';
        if (performance.now() >= until) return socket.end();
        answers++;
        socket.write(request);
      });
      socket.once('error', reject);
      socket.once('close', resolve);
    });
  const start = performance.now();
  await Promise.all(Array.from({ length: connections }, ask));
  return (answers * 1000) / (performance.now() - start);
}

/** The length of an answer, head and body; unknown until its head is there. */
function lengthOf(answer) {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return Infinity;
  const [, body] = /content-length: (\d+)/i.exec(answer) ?? [];
  if (body === undefined) throw new Error('An answer without a length');
  return head + 4 + Number(body);
}
