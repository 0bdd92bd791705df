import { once } from 'node:events';
import {
  type Connection,
  PacketTooLarge,
  type Transport,
} from './transport.js';
import { setImmediate } from '../../../core/timers.js';

/** What is used of the package `unix-dgram`. */
export interface UnixDgram {
  createSocket(type: 'unix_dgram'): UnixSocket;
}

interface UnixSocket extends NodeJS.EventEmitter {
  connect(path: string): void;
  send(packet: Buffer, sent: (error?: UnixError) => void): void;
  close(): void;
}

interface UnixError extends Error {
  /** A negative number of the system, or 1: there is no room, and `writable` comes when there is. */
  readonly code: number;
}

const CONGESTION = 1;

/** As Linux and macOS number it. */
const EMSGSIZE: readonly number[] = [-90, -40];

/** The datagram socket of an agent on this machine: what was sent has arrived there. */
export class UnixDatagramTransport implements Transport {
  constructor(
    private readonly path: string,
    private readonly unixDgram: UnixDgram,
  ) {}

  async connect(signal: AbortSignal): Promise<Connection> {
    const socket = this.unixDgram.createSocket('unix_dgram');
    let failure: Error | undefined;
    socket.on('error', (error: Error) => (failure = error));
    let isClosed = false;
    const close = () => {
      if (isClosed) return;
      isClosed = true;
      // Closing it while it still calls back would crash the process.
      setImmediate(() => socket.close());
    };
    socket.connect(this.path);
    if (failure !== undefined) {
      close();
      throw new Error(
        `${this.path} cannot be connected to: ${failure.message}`,
      );
    }
    return {
      confirms: 'each',
      send: (packet) => sendWhenThereIsRoom(socket, packet, signal),
      end: async () => {},
      close,
    };
  }
}

async function sendWhenThereIsRoom(
  socket: UnixSocket,
  packet: string,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const error = await sendOnce(socket, packet);
    if (error === undefined) return;
    if (EMSGSIZE.includes(error.code)) throw new PacketTooLarge(error.message);
    if (error.code !== CONGESTION) throw error;
    await once(socket, 'writable', { signal });
  }
}

function sendOnce(
  socket: UnixSocket,
  packet: string,
): Promise<UnixError | undefined> {
  return new Promise((resolve) => socket.send(Buffer.from(packet), resolve));
}
