import { ExportError } from '../../core/errors.js';
import type { ExportReport } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import { TimeSlice, EventLoopYielder } from '../../core/event-loop-yielder.js';
import type { OtlpConfig } from './config/otlp.config.js';
import { ExportState } from './data/export-state.js';
import { JsonEncoder } from './data/json-encoder.js';
import type { RequestEncoder } from './data/points.js';
import { ProtobufEncoder } from './data/protobuf-encoder.js';
import { requestsOf } from './data/requests.js';
import { openGrpc } from './transport/grpc-transport.js';
import { HttpTransport } from './transport/http-transport.js';
import type { ExportResult, OtlpTransport } from './transport/transport.js';

/** Writes snapshots as requests, and sends these. */
// Why: docs/decisions/exporters.md, "OTLP is written here".
export class OtlpSender {
  readonly #config: OtlpConfig;
  private readonly encoder: RequestEncoder;
  private readonly state: ExportState;
  private readonly yielder = new EventLoopYielder();
  private transport: OtlpTransport | undefined = undefined;
  /** Points that a backend rejected, and that are not reported yet because the rest of the export failed. */
  private rejected = 0;

  constructor(config: OtlpConfig) {
    const { protocol, resource, temporality } = config;
    this.#config = config;
    this.state = new ExportState(temporality);
    this.encoder =
      protocol === 'http/json'
        ? new JsonEncoder(resource)
        : new ProtobufEncoder(resource);
  }

  /**
   * Opens the transport, and checks what it needs.
   *
   * @throws {OptionsError} if headers or certificates cannot be read, or the package for gRPC is missing.
   */
  async open(): Promise<void> {
    const transport =
      this.#config.protocol === 'grpc'
        ? await openGrpc(this.#config)
        : new HttpTransport(this.#config);
    await transport.connect();
    this.transport = transport;
  }

  /** @throws {ExportError} saying whether and when to try again. */
  async send(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    const { state, encoder } = this;
    const connection = await this.transport!.connect();
    const slice = new TimeSlice(this.yielder);
    await state.begin(snapshot, slice);
    const tally = new ExportTally();
    for await (const request of requestsOf(snapshot, state, encoder, slice)) {
      signal.throwIfAborted();
      const result = await connection.send(request, signal);
      tally.add(result, request.points);
      if (!result.isAccepted) continue;
      request.acknowledge();
      this.rejected += result.rejected;
    }
    tally.throwIfRefused();
    state.acknowledgeAll();
    return this.report(tally);
  }

  close(): void {
    this.transport?.close();
    this.transport = undefined;
  }

  private report({ reason, warning }: ExportTally): ExportReport {
    const dropped = this.rejected;
    this.rejected = 0;
    return {
      dropped,
      ...(reason !== '' && { reason }),
      ...(warning !== '' && { warning }),
    };
  }
}

/** What became of the requests of an export. */
class ExportTally {
  /** Why points of accepted requests were rejected: the first reason. */
  reason = '';
  /** The first warning that came with an accepted request. */
  warning = '';
  /** Why requests were refused: the first reason. */
  private refusal = '';
  private points = 0;
  private refused = 0;

  add({ reason, warning, isAccepted }: ExportResult, points: number): void {
    this.points += points;
    if (isAccepted) {
      this.reason ||= reason;
      this.warning ||= warning;
    } else {
      this.refusal ||= reason;
      this.refused += points;
    }
  }

  /** @throws {ExportError} if a request was refused: the next export sends its series again. */
  throwIfRefused(): void {
    const { refusal, refused, points } = this;
    // Why: docs/decisions/exporters.md, "A refused OTLP request fails the export".
    if (refused === 0) return;
    const part =
      refused < points ? `; it refused ${refused} of ${points} points` : '';
    throw new ExportError(`${refusal}${part}`, { retryable: false });
  }
}
