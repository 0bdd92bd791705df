import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { codeOf } from '../../../core/error-code.js';
import { sleep } from '../../../core/time-limit.js';
import {
  type Connection,
  PacketTooLarge,
  type Transport,
} from './transport.js';

/** Packets between two pauses of a millisecond: a slow Agent has room for about 90. */
// Why: docs/decisions/exporters.md, "Bursts over UDP have pauses".
const BURST = 8;

/** Sends datagrams. Whether they arrive is unknown. */
export class UdpTransport implements Transport {
  constructor(
    private readonly host: string,
    private readonly port: number,
  ) {}

  /** Looks the name up for each export, as a server may have moved. */
  async connect(): Promise<Connection> {
    // An Agent on "localhost" nearly always listens on IPv4.
    const { address, family } = await lookup(this.host, { verbatim: false });
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    socket.unref();
    // send() reports errors to its callback; without a listener an error would end the process.
    socket.on('error', () => {});
    let sent = 0;
    return {
      confirms: 'each',
      send: async (packet) => {
        if (++sent % BURST === 0) await sleep(1);
        await send(socket, packet, this.port, address);
      },
      end: async () => {},
      close: once(() => socket.close()),
    };
  }
}

function send(
  socket: Socket,
  packet: string,
  port: number,
  address: string,
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(packet, port, address, (error) => {
      if (!error) resolve();
      else if (codeOf(error) === 'EMSGSIZE')
        reject(new PacketTooLarge(error.message));
      else reject(error);
    });
  });
}

function once(work: () => void): () => void {
  let isDone = false;
  return () => {
    if (!isDone) work();
    isDone = true;
  };
}
