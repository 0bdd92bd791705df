import {
  EventLoopYielder,
  forEachInSlices,
  TimeSlice,
} from '../../core/event-loop-yielder.js';
import type { MetricsLogger } from '../../core/logger.js';
import { loadUnixDgram } from '../../core/peers.js';
import type { MetricEvent } from '../../model/metric-event.js';
import type { ExportReport } from '../exporter.js';
import { importPeer } from '../import-peer.js';
import { Deltas } from '../pipeline/deltas.js';
import type { MetricsSnapshot } from '../snapshot.js';
import {
  agentHost,
  agentPort,
  readDatadogContext,
} from './datadog-environment.js';
import { LineWriter } from './line-writer.js';
import { ObservationQueue } from './observation-queue.js';
import { type Batch, batchesOf, PointWriter } from './packets.js';
import type { StatsdConfig } from './statsd.options.js';
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

/** The path of a Datadog Agent's socket. */
const DATADOG_SOCKET = '/var/run/datadog/dsd.socket';

/** Queues observations, and sends them and snapshots as packets of lines. */
export class StatsdSender {
  private readonly deltas = new Deltas();
  private readonly queue: ObservationQueue;
  private readonly yielder = new EventLoopYielder();
  private points: PointWriter | undefined = undefined;
  private transport: Transport | undefined = undefined;

  /** @param path where the options stand, for messages. */
  constructor(
    private readonly config: StatsdConfig,
    private readonly path: string,
  ) {
    this.queue = new ObservationQueue(config.maxQueueSize);
  }

  /** @throws {OptionsError} naming a package that is missing, or a variable that holds no host or port. */
  async open(logger?: MetricsLogger): Promise<void> {
    const isDatadog = this.config.tags === 'dogstatsd';
    const datadog = isDatadog ? await readDatadogContext(logger) : undefined;
    const writer = new LineWriter(this.config, datadog);
    this.points = new PointWriter(writer, this.deltas, this.queue, this.config);
    this.transport = await this.newTransport();
  }

  get queueLength(): number {
    return this.queue.length;
  }

  /** Queues observations until they are sent; drops those that do not fit. */
  receive(events: readonly MetricEvent[]): ExportReport {
    let dropped = 0;
    for (const event of events) if (!this.queue.add(event)) dropped++;
    const { maxQueueSize } = this.config;
    return {
      dropped,
      reason: `the queue already holds ${maxQueueSize} observations (${this.path}.maxQueueSize)`,
    };
  }

  /** Sends what is new. The next call repeats what was not confirmed. */
  async send(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    const connection = await this.transport!.connect(signal);
    try {
      const slice = new TimeSlice(this.yielder);
      const dropped = await this.sendAll(snapshot, connection, slice, signal);
      await this.deltas.prune(snapshot, slice);
      return { dropped, reason: 'lines were longer than a packet can be' };
    } finally {
      connection.close();
      this.queue.removeDelivered();
    }
  }

  /** Returns how many points were too long for any packet. */
  private async sendAll(
    snapshot: MetricsSnapshot,
    connection: Connection,
    slice: TimeSlice,
    signal: AbortSignal,
  ): Promise<number> {
    const unconfirmed: Batch[] = [];
    let dropped = 0;
    const points = this.points!.write(snapshot);
    const { maxPacketSize } = this.config;
    for await (const batch of batchesOf(points, maxPacketSize, slice)) {
      signal.throwIfAborted();
      if (!(await isSent(connection, batch))) dropped += batch.size;
      if (connection.confirms === 'each') batch.acknowledge();
      else unconfirmed.push(batch);
    }
    await connection.end();
    await forEachInSlices(unconfirmed, slice, (batch) => batch.acknowledge());
    return dropped;
  }

  private async newTransport(): Promise<Transport> {
    const { protocol, path } = this.config;
    if (protocol === 'unix') {
      const unixDgram: UnixDgram = await importPeer(
        `${this.path}.protocol 'unix'`,
        loadUnixDgram,
      );
      return new UnixDatagramTransport(path ?? DATADOG_SOCKET, unixDgram);
    }
    if (path !== undefined) return new TcpTransport({ path });
    const { host = agentHost(), port = agentPort() } = this.config;
    return protocol === 'udp'
      ? new UdpTransport(host, port)
      : new TcpTransport({ host, port });
  }
}

/** Returns `false` if a packet of the batch is too large for the transport. Other errors are thrown. */
async function isSent(connection: Connection, batch: Batch): Promise<boolean> {
  let isComplete = true;
  for (const packet of batch.packets) {
    try {
      await connection.send(packet);
    } catch (error) {
      if (!(error instanceof PacketTooLarge)) throw error;
      isComplete = false;
    }
  }
  return isComplete;
}
