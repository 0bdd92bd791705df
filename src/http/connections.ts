import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  MAX_CONNECTIONS,
  MAX_PIPELINED,
  SPARED_CONNECTIONS,
} from './limits.js';

/** One accepted connection. */
interface Connection {
  /** The socket that requests arrive on. */
  socket: Socket;
  /** The answers that are not sent completely. */
  readonly answers: Set<ServerResponse>;
  /** Whether the connection is closed after the last running request. */
  isEnding: boolean;
}

/**
 * The open connections of a server, {@link MAX_CONNECTIONS} at most. At the limit, a new
 * connection closes the one that has waited longest for a request.
 */
export class Connections {
  // Private fields are not shown by inspect(): a socket leads to its server, and that to the private key.
  readonly #all = new Set<Connection>();
  readonly #bySocket = new WeakMap<Socket, Connection>();
  /** Connections in their TLS handshake, by the address of the peer: after the handshake the connection has another socket. */
  readonly #handshakes = new Map<string, Connection>();
  /** Connections that have not sent a complete request yet, the oldest first. */
  readonly #incomplete = new Set<Connection>();
  /** Connections whose requests are all answered, the longest idle first. */
  readonly #idle = new Set<Connection>();

  get size(): number {
    return this.#all.size;
  }

  /** Adds an accepted connection, or closes it if there is no room. */
  add(socket: Socket): void {
    if (this.#all.size >= MAX_CONNECTIONS && !this.makeRoom()) {
      return void socket.destroy();
    }
    const connection = {
      socket,
      answers: new Set<ServerResponse>(),
      isEnding: false,
    };
    this.#all.add(connection);
    this.#incomplete.add(connection);
    this.#bySocket.set(socket, connection);
    socket.once('close', () => this.remove(connection));
  }

  /** As {@link add}, for a connection that begins a TLS handshake. */
  addHandshake(socket: Socket): void {
    this.add(socket);
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) return;
    const peer = peerOf(socket);
    this.#handshakes.set(peer, connection);
    socket.once('close', () => this.forgetHandshake(peer, connection));
  }

  /** Replaces the socket of a connection whose handshake has succeeded. */
  endHandshake(socket: Socket): void {
    const peer = peerOf(socket);
    const connection = this.#handshakes.get(peer);
    // The connection was closed during the handshake, to make room.
    if (connection === undefined) return void socket.destroy();
    this.forgetHandshake(peer, connection);
    connection.socket = socket;
    this.#bySocket.set(socket, connection);
  }

  /**
   * Notes that a request has arrived.
   *
   * @returns how to answer it: as usual, as the last one of its connection, or not at all, as that is closed.
   */
  begin(
    socket: Socket,
    answer: ServerResponse,
  ): 'answer' | 'answer last' | 'drop' {
    const connection = this.#bySocket.get(socket);
    // The request was read together with others, before the connection was closed.
    if (connection === undefined || !this.#all.has(connection)) return 'drop';
    this.#incomplete.delete(connection);
    this.#idle.delete(connection);
    const { answers } = connection;
    if (answers.add(answer).size > MAX_PIPELINED) {
      socket.destroy();
      return 'drop';
    }
    answer.once('close', () => this.answered(connection, answer));
    return connection.isEnding ? 'answer last' : 'answer';
  }

  /** Closes idle connections now, and all others after their answers. */
  end(): void {
    for (const connection of this.#all) {
      const { socket, answers } = connection;
      connection.isEnding = true;
      if (answers.size === 0) socket.destroy();
      for (const answer of answers) announceClose(answer);
    }
  }

  private answered(connection: Connection, answer: ServerResponse): void {
    const { answers, isEnding, socket } = connection;
    answers.delete(answer);
    if (answers.size > 0 || !this.#all.has(connection)) return;
    if (isEnding) socket.destroySoon();
    else this.#idle.add(connection);
  }

  private makeRoom(): boolean {
    const closesIdle =
      this.#incomplete.size <= SPARED_CONNECTIONS && this.#idle.size > 0;
    const [oldest] = closesIdle ? this.#idle : this.#incomplete;
    if (oldest === undefined) return false;
    this.remove(oldest);
    oldest.socket.destroy();
    return true;
  }

  private remove(connection: Connection): void {
    this.#all.delete(connection);
    this.#incomplete.delete(connection);
    this.#idle.delete(connection);
  }

  private forgetHandshake(peer: string, connection: Connection): void {
    if (this.#handshakes.get(peer) === connection) {
      this.#handshakes.delete(peer);
    }
  }
}

/** Tells the client that the connection is closed after this answer. */
export function announceClose(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('Connection', 'close');
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
