import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A connection of which every byte is ours. Destroyed when the test ends, if not before. */
export class RawConnection {
  /** What has come back, as far as it was read. */
  received = '';
  closed = false;
  private readonly closing: Promise<void>;

  private constructor(readonly socket: Socket) {
    socket.on('error', () => {});
    this.closing = new Promise((resolve) =>
      socket.once('close', () => {
        this.closed = true;
        resolve();
      }),
    );
    onTestFinished(() => void socket.destroy());
  }

  /** Connects and says something; reads what comes back. */
  static async open(url: string, words = ''): Promise<RawConnection> {
    const connection = await RawConnection.unread(url, words);
    connection.socket.on('data', (data: Buffer) => {
      connection.received += data.toString('latin1');
    });
    return connection;
  }

  /** Connects and says something; reads nothing of what comes back. */
  static async unread(url: string, words = ''): Promise<RawConnection> {
    const { port, hostname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const connection = new RawConnection(socket);
    await new Promise((resolve, reject) =>
      socket.once('connect', resolve).once('error', reject),
    );
    connection.say(words);
    return connection;
  }

  say(words: string): void {
    if (words !== '' && !this.socket.destroyed) this.socket.write(words);
  }

  /** The status codes that came back, in order. */
  get statuses(): number[] {
    const lines = this.received.matchAll(/HTTP\/1\.1 (\d{3}) /g);
    return [...lines].map(([, status]) => Number(status));
  }

  async untilClosed(): Promise<this> {
    await this.closing;
    return this;
  }
}

/** A request as it stands on the wire. */
export function requestText(target: string, ...headers: string[]): string {
  return [`GET ${target} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n');
}
