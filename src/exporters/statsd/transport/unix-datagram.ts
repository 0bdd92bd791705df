import { once } from 'node:events';
import {
  type Connection,
  PacketTooLarge,
  type Transport,
} from './transport.js';
import { setImmediate } from '../../../core/timers.js';

/** The part of the package `unix-dgram` that is used. */
export interface UnixDgram {
  createSocket(type: 'unix_dgram'): UnixSocket;
}

interface UnixSocket extends NodeJS.EventEmitter {
  connect(path: string): void;
  send(packet: Buffer, sent: (error?: UnixError) => void): void;
  close(): void;
}

interface UnixError extends Error {
  /** A negative error number of the operating system; or 1: the socket is full, and emits `writable` when it has room. */
  readonly code: number;
}

const CONGESTION = 1;

/** The numbers of the error EMSGSIZE, message too long, in Linux and macOS. */
const EMSGSIZE: readonly number[] = [-90, -40];

/** Sends to the datagram socket of an Agent on this machine. A packet that was sent has arrived. */
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
      // Closing the socket within its callback would crash the process.
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
      send: (packet) => sendWithBackpressure(socket, packet, signal),
      end: async () => {},
      close,
    };
  }
}

async function sendWithBackpressure(
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
