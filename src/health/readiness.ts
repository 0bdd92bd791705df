import { sleep } from '../core/time-limit.js';

/** What the readiness of an app depends on beside its start and its end. */
export interface ReadinessTerms {
  /** Whether the server listens that takes the app's requests. */
  readonly listens: () => boolean;
  /** Milliseconds between not being ready any more and the end. */
  readonly shutdownGrace: number;
}

/** Whether an app can be sent requests: from the end of its start to the beginning of its end. */
export class Readiness {
  private phase: 'starting' | 'started' | 'stopping' = 'starting';
  private terms: ReadinessTerms = { listens: () => true, shutdownGrace: 0 };

  get isReady(): boolean {
    return this.phase === 'started' && this.terms.listens();
  }

  dependOn(terms: ReadinessTerms): void {
    this.terms = terms;
  }

  /** The app begins to start, perhaps again. */
  prepare(): void {
    this.phase = 'starting';
  }

  /** The app has started. */
  start(): void {
    if (this.phase === 'starting') this.phase = 'started';
  }

  /** The app is about to end. Waits until the grace is over, unless it was not ready anyway. */
  async stop(): Promise<void> {
    const wasReady = this.isReady;
    this.phase = 'stopping';
    const { shutdownGrace } = this.terms;
    if (!wasReady || shutdownGrace === 0) return;
    await sleep(shutdownGrace);
  }
}
