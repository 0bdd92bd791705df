import { Deltas } from '../pipeline/deltas.js';
import type { ExportReport } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import { TimeSlice, EventLoopYielder } from '../../core/event-loop-yielder.js';
import type { MetricEvent } from '../../model/metric-event.js';
import { loadHotShots, loadUnixDgram } from '../../core/peers.js';
import { importPeer } from '../import-peer.js';
import { LineFormat } from './line-format.js';
import { Lines, type ObservationTypes } from './lines.js';
import { type Packet, packetsOf } from './packets.js';
import { hostOfAgent, portOfAgent } from './datadog-variables.js';
import type { ResolvedStatsdOptions } from './statsd.options.js';
import { TcpTransport } from './transport/tcp.js';
import {
  type Connection,
  PacketTooLarge,
  type Transport,
} from './transport/transport.js';
import { UdpTransport } from './transport/udp.js';
import {
  UnixDatagramTransport,
  type UnixDgram,
} from './transport/unix-datagram.js';
import { WaitingValues } from './waiting-values.js';

/** Where a Datadog Agent has its socket. */
const DATADOG_SOCKET = '/var/run/datadog/dsd.socket';

/** Keeps observations, writes them and snapshots as lines, and sends these in packets. */
export class StatsdSender {
  private readonly deltas = new Deltas();
  private readonly waiting: WaitingValues;
  private readonly yielder = new EventLoopYielder();
  private lines: Lines | undefined = undefined;
  private transport: Transport | undefined = undefined;

  constructor(
    private readonly options: ResolvedStatsdOptions,
    private readonly path: string,
  ) {
    this.waiting = new WaitingValues(options.maxQueueSize);
  }

  /** @throws {OptionsError} if a package is missing, and says which; or if a variable says what cannot be. */
  async open(): Promise<void> {
    const { StatsD } = await importPeer(this.path, loadHotShots);
    const format = new LineFormat(StatsD, this.options);
    const types = observationTypesOf(this.options);
    this.lines = new Lines(format, this.deltas, this.waiting, types);
    this.transport = await this.transportOf(this.options);
  }

  /** How many observations it keeps. */
  get kept(): number {
    return this.waiting.length;
  }

  /** Keeps observations until they are sent, as far as there is room. */
  keep(events: readonly MetricEvent[]): ExportReport {
    let dropped = 0;
    for (const event of events) if (!this.waiting.add(event)) dropped++;
    const { maxQueueSize } = this.options;
    return {
      dropped,
      reason: `${maxQueueSize} observations were waiting already (${this.path}.maxQueueSize)`,
    };
  }

  /** Sends what is new. What has not arrived for sure is sent again the next time. */
  async send(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    const connection = await this.transport!.connect(signal);
    try {
      const dropped = await this.sendAll(snapshot, connection, signal);
      await this.deltas.prune(snapshot, new TimeSlice(this.yielder));
      return { dropped, reason: 'lines were longer than a packet can be' };
    } finally {
      connection.close();
      this.waiting.forgetDelivered();
    }
  }

  /** Returns of how many points a line was too long to be sent at all. Each has had a packet of its own. */
  private async sendAll(
    snapshot: MetricsSnapshot,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<number> {
    const { maxPacketSize } = this.options;
    const slice = new TimeSlice(this.yielder);
    const unconfirmed: Packet[] = [];
    let tooLarge = 0;
    let isLost = false;
    for (const packet of packetsOf(this.lines!.of(snapshot), maxPacketSize)) {
      if (slice.isUsedUp()) await slice.next();
      signal.throwIfAborted();
      if (!(await hasSent(connection, packet))) isLost = true;
      // Several lines may say one thing.
      if (isLost && packet.lines.some(({ isPart }) => !isPart)) {
        tooLarge++;
        isLost = false;
      }
      if (connection.confirms === 'each') confirm(packet);
      else unconfirmed.push(packet);
    }
    await connection.end();
    for (const packet of unconfirmed) {
      if (slice.isUsedUp()) await slice.next();
      confirm(packet);
    }
    return tooLarge;
  }

  private async transportOf(
    options: ResolvedStatsdOptions,
  ): Promise<Transport> {
    const { protocol, path } = options;
    if (protocol === 'unix') {
      const unixDgram: UnixDgram = await importPeer(
        `${this.path}.protocol 'unix'`,
        loadUnixDgram,
      );
      return new UnixDatagramTransport(path ?? DATADOG_SOCKET, unixDgram);
    }
    if (path !== undefined) return new TcpTransport({ path });
    const { host = hostOfAgent(), port = portOfAgent() } = options;
    return protocol === 'udp'
      ? new UdpTransport(host, port)
      : new TcpTransport({ host, port });
  }
}

async function hasSent(
  connection: Connection,
  { text }: Packet,
): Promise<boolean> {
  try {
    // Of what the sample rate leaves out there may be nothing left.
    if (text !== '') await connection.send(text);
    return true;
  } catch (error) {
    if (error instanceof PacketTooLarge) return false;
    throw error;
  }
}

function confirm({ lines }: Packet): void {
  for (const { delivered } of lines) delivered();
}

/** Plain StatsD has timers only, which take any number; DogStatsD and Telegraf know histograms. */
function observationTypesOf({
  distributions,
  tags,
}: ResolvedStatsdOptions): ObservationTypes {
  if (distributions) return { timer: 'd', histogram: 'd' };
  return { timer: 'ms', histogram: tags === 'graphite' ? 'ms' : 'h' };
}
