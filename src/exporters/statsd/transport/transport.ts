/** A way to a StatsD server. */
export interface Transport {
  /** Opens what is needed for one export. Rejects if there is no way. */
  connect(signal: AbortSignal): Promise<Connection>;
}

/** What carries the packets of one export. */
export interface Connection {
  /** Whether a packet counts as arrived when it was sent, or all of them when the connection has ended. */
  readonly confirms: 'each' | 'all';
  /** Sends one packet. Packets are sent one after the other. */
  send(packet: string): Promise<void>;
  /** Ends the connection, after all that was sent. Rejects if it did not arrive. */
  end(): Promise<void>;
  /** Lets go of it, whatever has happened. Calling it twice does no harm. */
  close(): void;
}

/** A packet is larger than the transport can carry: no other try will be better. */
export class PacketTooLarge extends Error {}
