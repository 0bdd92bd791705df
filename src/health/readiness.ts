import { sleep } from '../core/time-limit.js';

/** What the readiness of an app depends on, apart from its start and shutdown. */
export interface ReadinessContext {
  /** Whether the app's server listens. */
  readonly listens: () => boolean;
  /** Milliseconds between the moment when the app is no longer ready and its shutdown. */
  readonly shutdownGrace: number;
}

/** Whether an app can receive requests: from the end of its start to the beginning of its shutdown. */
export class Readiness {
  private phase: 'starting' | 'started' | 'stopping' = 'starting';
  private context: ReadinessContext = { listens: () => true, shutdownGrace: 0 };

  get isReady(): boolean {
    return this.phase === 'started' && this.context.listens();
  }

  setContext(context: ReadinessContext): void {
    this.context = context;
  }

  /** The app begins its start, perhaps for another time. */
  prepare(): void {
    this.phase = 'starting';
  }

  /** The app has started. */
  start(): void {
    if (this.phase === 'starting') this.phase = 'started';
  }

  /** The app begins its shutdown. Waits for the grace period, unless the app was not ready anyway. */
  async stop(): Promise<void> {
    const wasReady = this.isReady;
    this.phase = 'stopping';
    const { shutdownGrace } = this.context;
    if (!wasReady || shutdownGrace === 0) return;
    await sleep(shutdownGrace);
  }
}
