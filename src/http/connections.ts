import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import {
  MAX_CONNECTIONS,
  MAX_PIPELINED,
  SPARED_CONNECTIONS,
} from './server-limits.js';

/** One connection, from the moment when it is accepted. */
interface Connection {
  /** The one that requests come on. */
  socket: Socket;
  /** The answers that are still to be sent. */
  readonly answers: Set<ServerResponse>;
  /** Whether it ends with the last of these. */
  isEnding: boolean;
}

/**
 * The open connections of a server. While there are as many as may be, the one that has
 * waited longest for a request makes room for the next one.
 */
export class Connections {
  // Private to the language: a socket leads to its server, and that to the private key.
  readonly #all = new Set<Connection>();
  readonly #bySocket = new WeakMap<Socket, Connection>();
  /** By their peers: a secure connection has another socket than its handshake. */
  readonly #handshakes = new Map<string, Connection>();
  /** Those that have not sent a whole request yet, the oldest first. */
  readonly #incomplete = new Set<Connection>();
  /** Those that have their answers, the one that is idle longest first. */
  readonly #idle = new Set<Connection>();

  get size(): number {
    return this.#all.size;
  }

  /** Takes in a connection that was accepted, or closes it if there is no room. */
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

  /** As {@link add}, for a connection that is about to become secure. */
  addHandshake(socket: Socket): void {
    this.add(socket);
    const connection = this.#bySocket.get(socket);
    if (connection === undefined) return;
    const peer = peerOf(socket);
    this.#handshakes.set(peer, connection);
    socket.once('close', () => this.endHandshake(peer, connection));
  }

  /** The handshake of a connection has succeeded: requests come on another socket. */
  secured(socket: Socket): void {
    const peer = peerOf(socket);
    const connection = this.#handshakes.get(peer);
    // Closed in the meantime, to make room.
    if (connection === undefined) return void socket.destroy();
    this.endHandshake(peer, connection);
    connection.socket = socket;
    this.#bySocket.set(socket, connection);
  }

  /**
   * A request is there.
   *
   * @returns how it is to be answered; `'not'` if its connection is closed.
   */
  begin(socket: Socket, answer: ServerResponse): 'not' | 'last' | 'as usual' {
    const connection = this.#bySocket.get(socket);
    // Read before the connection was closed, with others.
    if (connection === undefined || !this.#all.has(connection)) return 'not';
    this.#incomplete.delete(connection);
    this.#idle.delete(connection);
    const { answers } = connection;
    if (answers.add(answer).size > MAX_PIPELINED) {
      socket.destroy();
      return 'not';
    }
    answer.once('close', () => this.answered(connection, answer));
    return connection.isEnding ? 'last' : 'as usual';
  }

  /** Closes the connections that nothing is being answered on, and each other one after its answers. */
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
    const areSpared =
      this.#incomplete.size <= SPARED_CONNECTIONS && this.#idle.size > 0;
    const [oldest] = areSpared ? this.#idle : this.#incomplete;
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

  private endHandshake(peer: string, connection: Connection): void {
    if (this.#handshakes.get(peer) === connection) {
      this.#handshakes.delete(peer);
    }
  }
}

/** Tells the client that the connection ends with this answer. */
export function announceClose(answer: ServerResponse): void {
  if (!answer.headersSent) answer.setHeader('Connection', 'close');
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
