import type { Client, Metadata, ServiceError } from '@grpc/grpc-js';
import { loadGrpc } from '../../../core/peers.js';
import { importPeer } from '../../import-peer.js';
import { PACKAGE, VERSION } from '../../../core/package.js';
import type { OtlpSettings } from '../config/settings.js';
import type { Request } from '../data/requests.js';
import { ClientSecrets, type Material } from './client-secrets.js';
import { judgeStatus } from './grpc-answers.js';
import { acceptedAnswer } from './partial-success.js';
import type { Answer, Transport } from './transport.js';

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
  settings: OtlpSettings,
  load: () => Promise<Grpc> = loadGrpc,
): Promise<Transport> {
  const option = `${settings.path}.protocol 'grpc'`;
  return new GrpcTransport(settings, await importPeer(option, load));
}

/** Sends requests by OTLP/gRPC, as calls of the one method with bytes in and bytes out. */
class GrpcTransport implements Transport {
  readonly #settings: OtlpSettings;
  readonly #secrets: ClientSecrets;
  readonly #grpc: Grpc;
  #client: Client | undefined = undefined;

  constructor(settings: OtlpSettings, grpc: Grpc) {
    this.#settings = settings;
    this.#secrets = new ClientSecrets(settings);
    this.#grpc = grpc;
  }

  async prepare(): Promise<void> {
    const hasChanged = await this.#secrets.renew();
    if (this.#client !== undefined && !hasChanged) return;
    this.#client?.close();
    this.#client = this.newClient(this.#secrets.material);
  }

  send({ body, points }: Request, signal: AbortSignal): Promise<Answer> {
    const at = this.#settings.target;
    const secrets = this.#secrets.hidden;
    return new Promise((resolve, reject) => {
      const answered = (error: ServiceError | null, response?: Buffer) => {
        signal.removeEventListener('abort', cancel);
        try {
          resolve(
            error === null
              ? acceptedOf(response, points, secrets)
              : judgeStatus(error, at, secrets),
          );
        } catch (failure) {
          // A channel would wait longer and longer before it connects again; a new one does not.
          this.close();
          reject(failure as Error);
        }
      };
      const call = this.#client!.makeUnaryRequest<Buffer, Buffer>(
        METHOD,
        (bytes) => bytes,
        (bytes) => bytes,
        body,
        this.metadata(),
        { deadline: Date.now() + this.#settings.timeout },
        answered,
      );
      const cancel = () => call.cancel();
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  private newClient({ ca, cert, key }: Material): Client {
    const { Client, credentials } = this.#grpc;
    const { target, isSecure, isCompressed } = this.#settings;
    const bytes = (text: string | undefined) =>
      text === undefined ? null : Buffer.from(text);
    return new Client(
      target,
      isSecure
        ? credentials.createSsl(bytes(ca), bytes(key), bytes(cert))
        : credentials.createInsecure(),
      {
        'grpc.primary_user_agent': `${PACKAGE}/${VERSION}`,
        // Retries are not for the channel to make.
        'grpc.enable_retries': 0,
        'grpc.service_config_disable_resolution': 1,
        ...(isCompressed && { 'grpc.default_compression_algorithm': GZIP }),
      },
    );
  }

  private metadata(): Metadata {
    const metadata = new this.#grpc.Metadata();
    for (const [name, value] of Object.entries(this.#secrets.headers)) {
      metadata.set(name, value);
    }
    return metadata;
  }
}

function acceptedOf(
  response: Buffer | undefined,
  points: number,
  secrets: readonly string[],
): Answer {
  const body = response ?? Buffer.alloc(0);
  return acceptedAnswer(body, 'application/x-protobuf', points, secrets);
}
