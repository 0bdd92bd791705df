import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Connection, Transport } from './transport.js';
import {
  clearTimeout,
  setImmediate,
  setTimeout,
} from '../../../core/timers.js';

/** Milliseconds that a connection stays open in addition to the time that connecting took, and at most. */
const STAYS_OPEN = 20;
const STAYS_OPEN_AT_MOST = 1_000;

/**
 * Opens a connection for each export, whose end confirms it. A server that closes without having
 * read looks the same until its reset arrives, which takes as long as connecting took: the
 * connection stays open for that time.
 */
// Why: docs/decisions/exporters.md, "Each export over TCP has its own connection".
export class TcpTransport implements Transport {
  constructor(private readonly address: NetConnectOpts) {}

  connect(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const start = performance.now();
      const socket = connect({ ...this.address, signal } as NetConnectOpts);
      socket.once('error', reject);
      socket.once('connect', () =>
        resolve(new TcpConnection(socket, performance.now() - start)),
      );
    });
  }
}

class TcpConnection implements Connection {
  readonly confirms = 'all';
  private isEnding = false;
  /** Fulfils when both sides have closed in order. */
  private readonly ended: Promise<void>;

  /** @param connectTime milliseconds that connecting took. */
  constructor(
    private readonly socket: Socket,
    private readonly connectTime: number,
  ) {
    this.ended = new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('end', () => {
        if (!this.isEnding)
          reject(new Error('The server has ended the connection'));
      });
      socket.on('close', (hadError) => {
        if (hadError) reject(new Error('The connection has failed'));
        else resolve();
      });
    });
    // The promise may reject while no code waits for it.
    this.ended.catch(() => {});
    // Without a reader, the end of the stream would not be seen.
    socket.resume();
  }

  async send(packet: string): Promise<void> {
    const written = new Promise<void>((resolve) => {
      this.socket.write(`${packet}\n`, () => resolve());
    });
    await Promise.race([written, this.failed()]);
  }

  async end(): Promise<void> {
    await this.stayOpen();
    this.isEnding = true;
    this.socket.end();
    await this.ended;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Rejects if the server closes the connection too early. */
  private async stayOpen(): Promise<void> {
    const most = STAYS_OPEN_AT_MOST;
    const milliseconds = Math.min(STAYS_OPEN + this.connectTime, most);
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    // In a busy app, the event loop reads sockets only after the timers.
    const stillOpen = pause.then(
      () => new Promise<void>((resolve) => void setImmediate(resolve)),
    );
    await Promise.race([stillOpen, this.failed()]).finally(() =>
      clearTimeout(timer),
    );
  }

  /** Rejects when the connection ends, in order or not. */
  private async failed(): Promise<never> {
    await this.ended;
    throw new Error('The connection has ended');
  }
}
