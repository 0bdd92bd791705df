import { sleep } from '../core/time-limit.js';

/** Whether an app can receive requests: from the end of its start to the beginning of its shutdown. */
export class Readiness {
  private phase: 'starting' | 'started' | 'stopping' = 'starting';

  /**
   * @param listens whether the app's server listens.
   * @param shutdownGrace milliseconds between the moment when the app is no longer ready and its shutdown.
   */
  constructor(
    private readonly listens: () => boolean,
    private readonly shutdownGrace: number,
  ) {}

  get isReady(): boolean {
    return this.phase === 'started' && this.listens();
  }

  /** The app begins its start. It may start again after a shutdown. */
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
    if (!wasReady || this.shutdownGrace === 0) return;
    await sleep(this.shutdownGrace);
  }
}
