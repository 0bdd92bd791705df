import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { portOf, waitFor } from '../../support/http.js';

/** Receives datagrams. */
export interface UdpReceiver {
  readonly port: number;
  /** The packets received so far. */
  packets(): Promise<string[]>;
  /** Their lines. */
  lines(): Promise<string[]>;
}

const MARK = 'the end of what was sent';

/** Listens on UDP until the test ends. */
export async function receiveUdp(): Promise<UdpReceiver> {
  const socket = await bound();
  const { port } = socket.address();
  const received: Buffer[] = [];
  socket.on('message', (packet) => received.push(packet));
  const own = createSocket('udp4');
  onTestFinished(() => void own.close());
  let marks = 0;
  const packets = async () => {
    // Packets arrive in order, so all earlier ones have arrived when the mark has.
    const mark = `${MARK} ${marks++}`;
    own.send(mark, port, '127.0.0.1');
    const isMark = (one: Buffer) => one.toString() === mark;
    await waitFor(() => received.some(isMark), 'the packets');
    return received.map(String).filter((packet) => !packet.startsWith(MARK));
  };
  return {
    port,
    packets,
    lines: async () => (await packets()).flatMap((one) => one.split('\n')),
  };
}

async function bound(): Promise<UdpSocket> {
  // A burst of a test may be longer than the usual buffer.
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4_000_000 });
  onTestFinished(() => void socket.close());
  await new Promise<void>((resolve) =>
    socket.bind(0, '127.0.0.1', () => resolve()),
  );
  return socket;
}

/** A server that takes lines on connections. */
export interface StreamReceiver {
  readonly port: number;
  /** All that has come on all connections, in the order of the connections. */
  text(): string;
  /** Its lines. */
  lines(): string[];
  /** All that there were. */
  readonly connections: readonly Socket[];
}

/** What a server does with a connection. Without one it reads, and ends when the client has. */
export type Behaviour = (socket: Socket, text: string) => void;

/** How a server listens. */
interface Listening {
  /** Default: a free one. */
  readonly port?: number;
  /** Instead of a port. */
  readonly path?: string;
  /** Whether it leaves its side open when the client has ended. Default: `false`. */
  readonly allowHalfOpen?: boolean;
}

/** Listens on a path until the test ends. */
export function receiveStreamAt(path: string): Promise<StreamReceiver> {
  return receiveStream(undefined, { path });
}

/**
 * Listens on TCP, or on a path, until the test ends.
 *
 * @param behave called for a new connection, and when something has come on it.
 */
export async function receiveStream(
  behave: Behaviour = () => {},
  { port = 0, path, allowHalfOpen = false }: Listening = {},
): Promise<StreamReceiver> {
  const texts: string[] = [];
  const connections: Socket[] = [];
  const server = createServer({ allowHalfOpen }, (socket) => {
    const i = connections.push(socket) - 1;
    texts[i] = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      texts[i] += chunk.toString();
      behave(socket, texts[i]!);
    });
    behave(socket, '');
  });
  onTestFinished(() => closed(server, connections));
  await new Promise<void>((resolve) => {
    if (path !== undefined) server.listen(path, () => resolve());
    else server.listen(port, '127.0.0.1', () => resolve());
  });
  const text = () => texts.join('');
  return {
    port: path === undefined ? portOf(server) : 0,
    connections,
    text,
    // Of each connection: one that breaks within a line does not begin that of the next.
    lines: () =>
      texts.flatMap((one) => one.split('\n')).filter((line) => line !== ''),
  };
}

function closed(server: Server, connections: readonly Socket[]): Promise<void> {
  for (const connection of connections) connection.destroy();
  return new Promise((resolve) => void server.close(() => resolve()));
}
