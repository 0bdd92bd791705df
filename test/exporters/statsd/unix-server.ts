import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { waitFor } from '../../support/http.js';

const SERVER = `
const { createSocket } = require('unix-dgram');
const socket = createSocket('unix_dgram', (packet) => {
  console.log(JSON.stringify(packet.toString()));
});
socket.on('listening', () => console.log('"listening"'));
socket.bind(process.argv[1]);
`;

/** A server on a Unix datagram socket. */
export interface UnixServer {
  /** The packets that the server has read. */
  packets(): string[];
  lines(): string[];
  /** Stops the server from reading until `resume()`. */
  pause(): void;
  resume(): void;
  kill(): Promise<void>;
}

/** Why unix-dgram cannot be loaded, if it cannot. Throws under CI. */
export async function unixDgramIsMissing(): Promise<string | undefined> {
  try {
    await import('unix-dgram' as string);
    return undefined;
  } catch (error) {
    if (process.env['CI'] === 'true') throw error;
    return 'unix-dgram, which hot-shots brings, could not be built here';
  }
}

/** Starts a server in its own process, which can be paused, until the test ends. */
export async function receiveUnix(path: string): Promise<UnixServer> {
  const server = spawn(process.execPath, ['--eval', SERVER, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  server.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<void>((resolve) =>
    server.once('exit', () => resolve()),
  );
  const kill = async () => {
    server.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  await waitFor(() => output !== '', 'the server to listen');
  const packets = () =>
    output
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line) as string);
  return {
    packets,
    lines: () => packets().flatMap((packet) => packet.split('\n')),
    pause: () => void server.kill('SIGSTOP'),
    resume: () => void server.kill('SIGCONT'),
    kill,
  };
}
