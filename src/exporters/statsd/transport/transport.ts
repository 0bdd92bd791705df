/** Connects to a StatsD server. */
export interface Transport {
  /** Opens a connection for one export. Rejects if the server cannot be reached. */
  connect(signal: AbortSignal): Promise<Connection>;
}

/** Carries the packets of one export. */
export interface Connection {
  /** Whether each packet counts as arrived once it is sent, or all of them once the connection has ended. */
  readonly confirms: 'each' | 'all';
  /** Sends one packet. The next one may be sent once this has fulfilled. */
  send(packet: string): Promise<void>;
  /** Ends the connection after the last packet. Rejects if the packets did not arrive. */
  end(): Promise<void>;
  /** Releases the connection in any state. May be called twice. */
  close(): void;
}

/** A packet is larger than the transport can carry: a retry would fail too. */
export class PacketTooLarge extends Error {}
