/** An optional peer dependency cannot be loaded. The message is that of the cause. */
export class PeerError extends Error {
  override readonly name = 'PeerError';

  constructor(
    readonly peer: string,
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }

  /** Whether the package is not installed; `false` if it is installed but fails to load. */
  get isNotInstalled(): boolean {
    const { code } = (this.cause ?? {}) as NodeJS.ErrnoException;
    return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  }
}

// Each import has a `try` block of its own: the build turns such an import into `require()` for CommonJS.
// Why: docs/decisions/package.md, "Optional peers are imported in one file".

/** @throws {PeerError} */
export async function loadOpenTelemetry() {
  try {
    return await import('@opentelemetry/api');
  } catch (error) {
    throw new PeerError('@opentelemetry/api', error);
  }
}

/** @throws {PeerError} */
export async function loadGrpc() {
  try {
    return await import('@grpc/grpc-js');
  } catch (error) {
    throw new PeerError('@grpc/grpc-js', error);
  }
}

/** A CommonJS module without types. @throws {PeerError} */
export async function loadUnixDgram() {
  try {
    const loaded = await import('unix-dgram' as string);
    return loaded.default ?? loaded;
  } catch (error) {
    throw new PeerError('unix-dgram', error);
  }
}
