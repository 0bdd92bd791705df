import { connect, type NetConnectOpts, type Socket } from 'node:net';
import type { Connection, Transport } from './transport.js';

/**
 * A connection for each export. StatsD confirms nothing, but a connection does when
 * it ends: a server that has read all there was closes its side, and one that is
 * killed before it has, or is not there any more, resets it.
 */
export class TcpTransport implements Transport {
  constructor(private readonly place: NetConnectOpts) {}

  connect(signal: AbortSignal): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ ...this.place, signal } as NetConnectOpts);
      socket.once('error', reject);
      socket.once('connect', () => resolve(new TcpConnection(socket)));
    });
  }
}

class TcpConnection implements Connection {
  readonly confirms = 'all';
  private isEnding = false;
  /** Fulfils when both sides have ended in order. */
  private readonly ended: Promise<void>;

  constructor(private readonly socket: Socket) {
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
    this.isEnding = true;
    this.socket.end();
    await this.ended;
  }

  close(): void {
    this.socket.destroy();
  }

  /** Rejects if the connection ends, in whichever way. */
  private async failed(): Promise<never> {
    await this.ended;
    throw new Error('The connection has ended');
  }
}
