import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Connection, Transport } from './transport.js';
import {
  clearTimeout,
  setImmediate,
  setTimeout,
} from '../../../core/timers.js';

/** Milliseconds that a connection stays open for the server to end it too early: beside what connecting took, and at most. */
const STAYS_OPEN = 20;
const STAYS_OPEN_AT_MOST = 1_000;

/**
 * A connection for each export. StatsD confirms nothing, but a connection does when
 * it ends: a server that has read all there was closes its side, and one that is
 * killed before it has, or is not there any more, resets it.
 *
 * One that ends in order before it has read anything looks the same, if we end at the
 * same time. That there is something for it to read makes its system reset the
 * connection, which we hear of as long after sending as connecting took. So we wait
 * before we end.
 */
export class TcpTransport implements Transport {
  constructor(private readonly place: NetConnectOpts) {}

  connect(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const since = performance.now();
      const socket = connect({ ...this.place, signal } as NetConnectOpts);
      socket.once('error', reject);
      socket.once('connect', () =>
        resolve(new TcpConnection(socket, performance.now() - since)),
      );
    });
  }
}

class TcpConnection implements Connection {
  readonly confirms = 'all';
  private isEnding = false;
  /** Fulfils when both sides have ended in order. */
  private readonly ended: Promise<void>;

  /** @param connecting milliseconds that it took. */
  constructor(
    private readonly socket: Socket,
    private readonly connecting: number,
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
    // It may fail while nobody waits for it.
    this.ended.catch(() => {});
    // Nothing comes but the end.
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

  /** Waits for an end that comes too early, and rejects if it does. */
  private async stayOpen(): Promise<void> {
    const most = STAYS_OPEN_AT_MOST;
    const milliseconds = Math.min(STAYS_OPEN + this.connecting, most);
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, milliseconds);
    });
    // If the app was busy, what has come meanwhile is only read after the timers.
    const nothingCame = pause.then(
      () => new Promise<void>((resolve) => void setImmediate(resolve)),
    );
    await Promise.race([nothingCame, this.failed()]).finally(() =>
      clearTimeout(timer),
    );
  }

  /** Rejects if the connection ends, in whichever way. */
  private async failed(): Promise<never> {
    await this.ended;
    throw new Error('The connection has ended');
  }
}
