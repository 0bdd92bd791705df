import { env } from 'node:process';
import { Deltas } from '../../delivery/deltas.js';
import type { ExportReport, MetricsExporter } from '../../delivery/exporter.js';
import type { MetricsSnapshot } from '../../delivery/snapshot.js';
import { Turn, Turns } from '../../exposition/turns.js';
import type { MetricEvent } from '../../model/metric-event.js';
import { MetricType } from '../../model/metric-type.js';
import { importPeer } from '../import-peer.js';
import { LineFormat } from './line-format.js';
import { Lines, type ObservationTypes } from './lines.js';
import { type Packet, packetsOf } from './packets.js';
import {
  type ResolvedStatsdOptions,
  resolveStatsdOptions,
  type StatsdOptions,
} from './statsd.options.js';
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

/**
 * Sends metrics to a StatsD server. Counters and gauges go once per interval, however
 * often they were recorded: a counter as what it has grown by, a gauge as what it is.
 * Of timers and histograms each observation goes.
 *
 * @example
 * await collector.addExporter(new StatsdExporter({ host: 'telegraf', tags: 'telegraf' }));
 */
export class StatsdExporter implements MetricsExporter {
  readonly name = 'statsd';
  readonly interval: number | false;
  readonly timeout: number;
  readonly eventTypes = [MetricType.HISTOGRAM, MetricType.TIMER];
  private readonly options: ResolvedStatsdOptions;
  private readonly deltas = new Deltas();
  private readonly waiting: WaitingValues;
  private readonly turns = new Turns();
  private lines: Lines | undefined = undefined;
  private transport: Transport | undefined = undefined;

  /**
   * @param path where the options stand, for messages.
   * @throws {OptionsError} naming the option, what was given and what is allowed.
   */
  constructor(
    options: StatsdOptions = {},
    private readonly path = 'statsd',
  ) {
    this.options = resolveStatsdOptions(options, path);
    this.interval = this.options.interval;
    this.timeout = this.options.timeout;
    this.waiting = new WaitingValues(this.options.maxWaiting);
  }

  /** @throws {OptionsError} if a package is missing, and says which. */
  async start(): Promise<void> {
    const { StatsD } = await importPeer(
      'hot-shots',
      this.path,
      () => import('hot-shots'),
    );
    const format = new LineFormat(StatsD, this.options);
    const types = observationTypesOf(this.options);
    this.lines = new Lines(format, this.deltas, this.waiting, types);
    this.transport = await this.transportOf(this.options);
  }

  /** Keeps observations until they are exported, as far as there is room. */
  receive(events: readonly MetricEvent[]): ExportReport {
    let dropped = 0;
    for (const event of events) if (!this.waiting.add(event)) dropped++;
    const { maxWaiting } = this.options;
    return {
      dropped,
      reason: `${maxWaiting} observations were waiting already (${this.path}.maxWaiting)`,
    };
  }

  /** Sends what is new. What has not arrived for sure is sent again by the next export. */
  async export(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    const connection = await this.transport!.connect(signal);
    try {
      const dropped = await this.send(snapshot, connection, signal);
      this.deltas.forgetOthers(snapshot);
      return { dropped, reason: 'lines were longer than a packet can be' };
    } finally {
      connection.close();
      this.waiting.forgetDelivered();
    }
  }

  /** Returns how many lines were too long to be sent at all. Each has had a packet of its own. */
  private async send(
    snapshot: MetricsSnapshot,
    connection: Connection,
    signal: AbortSignal,
  ): Promise<number> {
    const { maxPacketSize } = this.options;
    const turn = new Turn(this.turns);
    const unconfirmed: Packet[] = [];
    let tooLarge = 0;
    for (const packet of packetsOf(this.lines!.of(snapshot), maxPacketSize)) {
      if (turn.isOver()) await turn.next();
      signal.throwIfAborted();
      if (!(await hasSent(connection, packet))) tooLarge++;
      if (connection.confirms === 'each') confirm(packet);
      else unconfirmed.push(packet);
    }
    await connection.end();
    for (const packet of unconfirmed) {
      if (turn.isOver()) await turn.next();
      confirm(packet);
    }
    return tooLarge;
  }

  private async transportOf(
    options: ResolvedStatsdOptions,
  ): Promise<Transport> {
    const {
      protocol,
      path,
      host = env['DD_AGENT_HOST'] || 'localhost',
    } = options;
    const { port = Number(env['DD_DOGSTATSD_PORT']) || 8_125 } = options;
    if (protocol === 'unix') {
      const unixDgram = await importPeer(
        'unix-dgram',
        `${this.path}.protocol 'unix'`,
        (): Promise<{ default: UnixDgram }> => import('unix-dgram' as string),
      );
      return new UnixDatagramTransport(
        path ?? DATADOG_SOCKET,
        unixDgram.default,
      );
    }
    if (protocol === 'udp') return new UdpTransport(host, port);
    return new TcpTransport(path === undefined ? { host, port } : { path });
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
