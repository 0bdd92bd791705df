import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { ExportError } from '../../../core/errors.js';
import { PACKAGE, VERSION } from '../../../core/package.js';
import { loadGrpc } from '../../../core/peers.js';
import { printable } from '../../../core/printable.js';
import { importPeer } from '../../import-peer.js';
import type { OtlpConfig } from '../config/otlp.config.js';
import type { OtlpRequest } from '../data/requests.js';
import {
  type ClientSecrets,
  isSameMaterial,
  readClientSecrets,
  type TlsMaterial,
} from './client-secrets.js';
import {
  bytesFields,
  numberField,
  readFields,
  textField,
} from './protobuf-reader.js';
import {
  acceptedRequest,
  type ExportResult,
  type OtlpConnection,
  type OtlpTransport,
  refusedRequest,
} from './transport.js';

type Grpc = typeof import('@grpc/grpc-js');

const METHOD =
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

/** `grpc.default_compression_algorithm` for gzip. */
const GZIP = 2;

/**
 * Loads the package for gRPC.
 *
 * @throws {OptionsError} saying which package to install.
 */
export async function openGrpc(
  config: OtlpConfig,
  load: () => Promise<Grpc> = loadGrpc,
): Promise<OtlpTransport> {
  const option = `${config.path}.protocol 'grpc'`;
  return new GrpcTransport(config, await importPeer(option, load));
}

/** Sends requests by OTLP/gRPC, as calls of its one method with bytes in and bytes out. */
class GrpcTransport implements OtlpTransport {
  readonly #config: OtlpConfig;
  readonly #grpc: Grpc;
  #material: TlsMaterial = {};
  #client: Client | undefined = undefined;

  constructor(config: OtlpConfig, grpc: Grpc) {
    this.#config = config;
    this.#grpc = grpc;
  }

  async connect(): Promise<OtlpConnection> {
    const secrets = await readClientSecrets(this.#config);
    if (!isSameMaterial(secrets.material, this.#material)) this.close();
    this.#material = secrets.material;
    const client = (this.#client ??= this.#newClient(secrets.material));
    return {
      send: (request, signal) => this.#send(request, secrets, client, signal),
    };
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #send(
    { body, points }: OtlpRequest,
    { headers, hidden }: ClientSecrets,
    client: Client,
    signal: AbortSignal,
  ): Promise<ExportResult> {
    const { target, timeout } = this.#config;
    return new Promise((resolve, reject) => {
      const answered = (error: ServiceError | null, response?: Buffer) => {
        signal.removeEventListener('abort', cancel);
        try {
          resolve(
            error === null
              ? acceptedRequest(response ?? NO_BODY, PROTOBUF, points, hidden)
              : interpretError(error, target, hidden),
          );
        } catch (failure) {
          // A channel would wait longer and longer before it connects again; a new one does not.
          this.close();
          reject(failure as Error);
        }
      };
      const call = client.makeUnaryRequest<Buffer, Buffer>(
        METHOD,
        (bytes) => bytes,
        (bytes) => bytes,
        body,
        this.#metadata(headers),
        { deadline: Date.now() + timeout },
        answered,
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  #newClient({ ca, cert, key }: TlsMaterial): Client {
    const { Client, credentials } = this.#grpc;
    const { target, isSecure, isCompressed } = this.#config;
    const bytes = (text: string | undefined) =>
      text === undefined ? null : Buffer.from(text);
    return new Client(
      target,
      isSecure
        ? credentials.createSsl(bytes(ca), bytes(key), bytes(cert))
        : credentials.createInsecure(),
      {
        'grpc.primary_user_agent': `${PACKAGE}/${VERSION}`,
        // The pipeline retries, and not the channel.
        'grpc.enable_retries': 0,
        'grpc.service_config_disable_resolution': 1,
        ...(isCompressed && { 'grpc.default_compression_algorithm': GZIP }),
      },
    );
  }

  #metadata(headers: ClientSecrets['headers']): Metadata {
    const metadata = new this.#grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) {
      metadata.set(name, value);
    }
    return metadata;
  }
}

const PROTOBUF = 'application/x-protobuf';

const NO_BODY = Buffer.alloc(0);

const INVALID_ARGUMENT = 3;

const RESOURCE_EXHAUSTED = 8;

/** CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE and DATA_LOSS. */
const RETRYABLE = new Set([1, 4, 10, 11, 14, 15]);

/**
 * Interprets a status other than OK (OTLP specification, "OTLP/gRPC Response", "Failures").
 * The error does not become a cause: its metadata is the server's.
 *
 * @param at where it came from, for messages.
 * @throws {ExportError} if the backend would refuse the other requests too.
 */
function interpretError(
  { code, details, metadata }: ServiceError,
  at: string,
  secrets: readonly string[],
): ExportResult {
  const message = printable(details, secrets);
  const reason = `${at} failed with gRPC status ${code}${message && `: ${message}`}`;
  if (code === INVALID_ARGUMENT) return refusedRequest(reason);
  const [status] = metadata.get('grpc-status-details-bin');
  const retryAfter = Buffer.isBuffer(status) ? retryDelayOf(status) : undefined;
  throw new ExportError(reason, {
    retryable:
      RETRYABLE.has(code) ||
      (code === RESOURCE_EXHAUSTED && retryAfter !== undefined),
    ...(retryAfter !== undefined && { retryAfter }),
  });
}

/** Milliseconds, from the `google.rpc.RetryInfo` in a `google.rpc.Status`. */
function retryDelayOf(status: Buffer): number | undefined {
  try {
    for (const any of bytesFields(readFields(status), 3)) {
      const detail = readFields(any);
      if (!textField(detail, 1).endsWith('/google.rpc.RetryInfo')) continue;
      const info = bytesFields(detail, 2).at(-1);
      const delay = info && bytesFields(readFields(info), 1).at(-1);
      if (delay === undefined) return undefined;
      const duration = readFields(delay);
      const [seconds, nanos] = [1, 2].map((n) => numberField(duration, n));
      return Math.max(0, seconds! * 1_000 + nanos! / 1_000_000);
    }
  } catch {
    // A malformed status asks for no delay.
  }
  return undefined;
}
