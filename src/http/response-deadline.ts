import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Instant, instant, secondsSince } from '../core/clock.js';
import { clearTimeout, setTimeout } from '../core/timers.js';

/** Milliseconds that an answer has for each of its two parts. */
export interface Times {
  readonly toBegin: number;
  readonly toBeTaken: number;
}

/**
 * The time limits of one answer: first for its beginning, then for the client to
 * take it. The code that sends finds it by the response.
 */
export class Deadline {
  private static readonly all = new WeakMap<ServerResponse, Deadline>();

  /** Resolves when the client has taken its answer, or is gone, or was dropped because it did not take it. */
  readonly over: Promise<void>;
  private resolveOver!: () => void;
  private readonly start: Instant = instant();
  private hasBegun = false;
  private timer: NodeJS.Timeout;

  /** @param onOverdue is to answer in place of what has not begun in time. */
  constructor(
    private readonly req: IncomingMessage,
    private readonly res: ServerResponse,
    private readonly times: Times,
    onOverdue: () => void,
  ) {
    Deadline.all.set(res, this);
    this.over = new Promise((resolve) => (this.resolveOver = resolve));
    this.timer = setTimeout(onOverdue, times.toBegin);
  }

  /** To be called when an answer begins. */
  static begun(res: ServerResponse): Deadline | undefined {
    const deadline = Deadline.all.get(res);
    deadline?.begun();
    return deadline;
  }

  /** Milliseconds that are left until the answer has to begin, 0 at least. */
  get left(): number {
    const passed = secondsSince(this.start) * 1_000;
    return Math.max(0, this.times.toBegin - passed);
  }

  /** To be called when nothing more is done for an answer; what was sent is still to be taken. */
  end(): void {
    if (!this.hasBegun) clearTimeout(this.timer);
  }

  /** To be called when the client has taken the answer. */
  taken(): void {
    clearTimeout(this.timer);
    this.resolveOver();
  }

  private begun(): void {
    this.hasBegun = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.req.socket.destroy();
      this.resolveOver();
    }, this.times.toBeTaken);
    // An answer that waits behind others on a closed connection gets no event.
    this.timer.unref();
    this.res.once('close', () => this.taken());
  }
}
