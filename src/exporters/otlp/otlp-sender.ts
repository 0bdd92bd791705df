import { ExportError } from '../../core/errors.js';
import { Deltas } from '../pipeline/deltas.js';
import type { ExportReport } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import { TimeSlice, EventLoopYielder } from '../../core/event-loop-yielder.js';
import type { OtlpSettings } from './config/settings.js';
import { JsonEncoder } from './data/json-encoder.js';
import type { PointContext } from './data/point-context.js';
import type { RequestEncoder } from './data/points.js';
import { ProtobufEncoder } from './data/protobuf-encoder.js';
import { type Request, requestsOf } from './data/requests.js';
import { SentExemplars } from './data/sent-exemplars.js';
import { StartTimes } from './data/start-times.js';
import { openGrpc } from './transport/grpc-transport.js';
import { HttpTransport } from './transport/http-transport.js';
import type { Answer, Transport } from './transport/transport.js';

/** Writes snapshots as requests, and sends these. */
export class OtlpSender {
  readonly #settings: OtlpSettings;
  private readonly encoder: RequestEncoder;
  private readonly starts = new StartTimes();
  private readonly exemplars = new SentExemplars();
  private readonly deltas: Deltas | undefined;
  private readonly yielder = new EventLoopYielder();
  private transport: Transport | undefined = undefined;
  /** What a backend did not take, and was not reported yet as the rest of the export failed. */
  private dropped = 0;

  constructor(settings: OtlpSettings) {
    this.#settings = settings;
    this.deltas = settings.temporality === 'delta' ? new Deltas() : undefined;
    this.encoder =
      settings.protocol === 'http/json'
        ? new JsonEncoder(settings.resource)
        : new ProtobufEncoder(settings.resource);
  }

  /**
   * @throws {OptionsError} if headers or certificates cannot be read, or the package for gRPC is not there.
   */
  async open(): Promise<void> {
    const transport = await transportOf(this.#settings);
    await transport.prepare();
    this.transport = transport;
  }

  /** @throws {ExportError} saying whether and when to try again. */
  async send(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    const transport = this.transport!;
    await transport.prepare();
    const slice = new TimeSlice(this.yielder);
    await this.starts.prune(snapshot, slice);
    await this.exemplars.prune(snapshot, slice);
    await this.deltas?.prune(snapshot, slice);
    const outcome = new Outcome();
    const context = this.contextOf(snapshot);
    for await (const request of requestsOf(
      snapshot,
      context,
      this.encoder,
      slice,
    )) {
      signal.throwIfAborted();
      await this.sendOne(transport, request, signal, outcome);
    }
    outcome.end();
    this.exemplars.acknowledgeAll(snapshot.time);
    return this.report(outcome);
  }

  close(): void {
    this.transport?.close();
    this.transport = undefined;
  }

  private contextOf({ time }: MetricsSnapshot): PointContext {
    const { starts, exemplars, deltas } = this;
    return { time, starts, exemplars, deltas };
  }

  private async sendOne(
    transport: Transport,
    request: Request,
    signal: AbortSignal,
    outcome: Outcome,
  ): Promise<void> {
    const answer = await transport.send(request, signal);
    outcome.add(answer, request.points);
    if (!answer.isAccepted) return;
    request.acknowledge();
    this.dropped += answer.rejected;
  }

  private report({ reason, warning }: Outcome): ExportReport {
    const { dropped } = this;
    this.dropped = 0;
    return {
      dropped,
      ...(reason !== '' && { reason }),
      ...(warning !== '' && { warning }),
    };
  }
}

/** What became of the requests of an export. */
class Outcome {
  /** The first that was given with one that was taken. */
  reason = '';
  /** The first that came with one that was taken. */
  warning = '';
  /** The first that was given with one that was not. */
  private refusal = '';
  private points = 0;
  private refused = 0;

  add({ reason, warning, isAccepted }: Answer, points: number): void {
    this.points += points;
    if (isAccepted) {
      this.reason ||= reason;
      this.warning ||= warning;
    } else {
      this.refusal ||= reason;
      this.refused += points;
    }
  }

  /** @throws {ExportError} if a request was refused: the next export tells what was in it again. */
  end(): void {
    const { refusal, refused, points } = this;
    if (refused === 0) return;
    const part =
      refused < points ? `; it refused ${refused} of ${points} points` : '';
    throw new ExportError(`${refusal}${part}`, { retryable: false });
  }
}

async function transportOf(settings: OtlpSettings): Promise<Transport> {
  return settings.protocol === 'grpc'
    ? openGrpc(settings)
    : new HttpTransport(settings);
}
