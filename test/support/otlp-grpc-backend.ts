import {
  type Metadata,
  Server,
  ServerCredentials,
  type ServiceError,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';
import { decodeRequest, type SentRequest } from './otlp-definitions.js';

const METHOD =
  '/opentelemetry.proto.collector.metrics.v1.MetricsService/Export';

export interface ReceivedCall extends SentRequest {
  readonly metadata: Metadata;
  /** Milliseconds until the deadline of the call. */
  readonly timeout: number;
  readonly bytes: number;
}

export interface GrpcBackend {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** What calls are answered; `undefined`: nothing, ever. Default: a complete success. */
  answer: () => Uint8Array | Partial<ServiceError> | undefined;
  /** How many calls were cancelled. */
  cancelled: number;
  close(): void;
}

/** A server that takes metrics by OTLP/gRPC, until the test ends. */
export async function startGrpcBackend(
  credentials = ServerCredentials.createInsecure(),
  scheme = 'http',
  port = 0,
): Promise<GrpcBackend> {
  const server = new Server({ 'grpc.max_receive_message_length': 4_194_304 });
  const identity = (bytes: Buffer) => bytes;
  const definition = {
    path: METHOD,
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  } as const;
  server.addService(
    { export: definition },
    {
      export: (call: any, callback: any) => {
        call.on('cancelled', () => backend.cancelled++);
        backend.calls.push({
          ...decodeRequest(call.request, false),
          metadata: call.metadata,
          timeout: Number(call.getDeadline()) - Date.now(),
          bytes: call.request.length,
        });
        const answer = backend.answer();
        if (answer instanceof Uint8Array) callback(null, answer);
        else if (answer !== undefined) callback(answer);
      },
    },
  );
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, number) =>
      error === null ? resolve(number) : reject(error),
    ),
  );
  const backend: GrpcBackend = {
    url: `${scheme}://127.0.0.1:${bound}`,
    calls: [],
    answer: () => Buffer.alloc(0),
    cancelled: 0,
    close: () => server.forceShutdown(),
  };
  onTestFinished(() => backend.close());
  return backend;
}
