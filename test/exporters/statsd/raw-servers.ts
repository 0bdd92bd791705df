import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf } from '../../support/http.js';

/** Takes datagrams, and does nothing but keep them. */
export async function udpServer() {
  const packets: Buffer[] = [];
  const server = createSocket('udp4');
  server.on('message', (packet) => void packets.push(packet));
  await new Promise<void>((resolve) =>
    server.bind(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(() => void server.close());
  return { port: server.address().port, packets };
}

/** Takes connections, and does with them what the test wants. */
export async function tcpServer(onConnection: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) =>
    server.listen(0, '127.0.0.1', () => resolve()),
  );
  onTestFinished(() => void server.close());
  return portOf(server);
}

/** The lines of packets, in order. */
export function linesOf(packets: readonly Buffer[]): string[] {
  return packets.flatMap((packet) =>
    packet
      .toString()
      .split('\n')
      .filter((line) => line !== ''),
  );
}
