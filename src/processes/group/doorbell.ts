import { closeSync, constants, openSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { codeOf } from '../../core/error-code.js';
import { setLimit } from '../../core/time-limit.js';
import { listen } from '../../http/listen.js';
import type { Doorbells, RingResult } from './group-files.js';
import type { OwnDoorbell } from './group-member.js';

/** Milliseconds that a member has to save its state. */
export const RING_LIMIT = 250;

/** The name of a doorbell in the folder of its member. */
const SOCKET = 's';

/** Bytes of the longest socket path: Node.js cuts longer ones or refuses them. */
const MAX_PATH = process.platform === 'linux' ? 107 : 103;

const SAVED = 'saved\n';

/**
 * Doorbells as Unix sockets: a connection asks the member to save its state, and is answered
 * after the save. A socket whose process has ended refuses connections at once.
 */
export class SocketDoorbells implements Doorbells, OwnDoorbell {
  constructor(private readonly directory: string) {}

  async ring(folder: string): Promise<RingResult> {
    try {
      return await this.withPath(folder, ringAt);
    } catch {
      // The folder has no path that a socket can have: its process made none either.
      return 'gone';
    }
  }

  async open(
    folder: string,
    save: () => Promise<void>,
  ): Promise<() => Promise<void>> {
    const server = createServer((socket) => void answer(socket, save));
    // The process must be able to end, and its workers to have doorbells of their own.
    server.unref();
    // Not shared through the primary of a cluster: each worker has its own.
    await this.withPath(folder, (path) =>
      listen(server, { path, exclusive: true }),
    );
    server.on('error', () => {});
    return () => close(server);
  }

  /** Calls a function with the path of the socket: a short one through the open folder, where the own one is too long. */
  private async withPath<T>(
    folder: string,
    use: (path: string) => Promise<T>,
  ): Promise<T> {
    const path = join(this.directory, folder, SOCKET);
    if (Buffer.byteLength(path) <= MAX_PATH) return use(path);
    if (process.platform !== 'linux') {
      throw new Error(`the socket path "${path}" has over ${MAX_PATH} bytes`);
    }
    const fd = openSync(join(this.directory, folder), constants.O_RDONLY);
    try {
      return await use(`/proc/self/fd/${fd}/${SOCKET}`);
    } finally {
      closeSync(fd);
    }
  }
}

/** Does not wait for connections: a member that ends has saved already. */
async function close(server: Server): Promise<void> {
  server.close();
}

async function answer(
  socket: Socket,
  save: () => Promise<void>,
): Promise<void> {
  socket.unref();
  socket.on('error', () => {});
  // What others send is ignored, however much it is.
  socket.resume();
  try {
    await save();
    socket.end(SAVED);
  } catch {
    // Reported by the save. The other member reads the last state.
    socket.destroy();
  }
}

function ringAt(path: string): Promise<RingResult> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const stopWaiting = setLimit(() => end('late'), RING_LIMIT);
    const end = (result: RingResult) => {
      stopWaiting();
      socket.destroy();
      resolve(result);
    };
    socket.once('data', (bytes) =>
      end(bytes.toString('latin1').startsWith(SAVED) ? 'saved' : 'late'),
    );
    socket.once('end', () => end('late'));
    socket.once('error', (error) => end(RESULTS[codeOf(error)] ?? 'late'));
  });
}

/** By the error of a connection. Any other error, such as a full queue (EAGAIN), says that the process lives. */
const RESULTS: Readonly<Record<string, RingResult>> = {
  ECONNREFUSED: 'dead',
  ENOENT: 'gone',
  ENOTDIR: 'gone',
};
