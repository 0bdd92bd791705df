import { from, Observable, Subscriber } from 'rxjs';
import { followInPlace } from './joined-runs.js';
import { isPlainObservable } from './result-kinds.js';
import type { Run } from './run.js';
import { patchMethod } from '../../core/patch-method.js';

/** @returns what is to be subscribed to in its place; a Subject, say, whose other methods its callers need, comes back itself. */
export function followObservable(
  source: Observable<unknown>,
  first: Run,
): Observable<unknown> {
  if (!isPlainObservable(source)) return followFirstSubscription(source, first);
  first.defer();
  return observed(source, first);
}

/** The Observable comes back itself. Its first subscription is followed. */
export function followFirstSubscription(
  source: Observable<unknown>,
  first: Run,
): Observable<unknown> {
  first.defer();
  return followInPlace(source, first, (run) =>
    patchMethod(source, 'subscribe', (_subscribe, restore) => {
      return (...args: unknown[]) => {
        restore();
        return observed(source, run).subscribe(...(args as []));
      };
    }),
  );
}

/** Every subscription is a run. An operator, since rxjs catches what a function given to `new Observable()` throws. */
function observed(source: Observable<unknown>, work: Run): Observable<unknown> {
  return from(source).lift<unknown>({
    call(consumer: Subscriber<unknown>, lifted: Observable<unknown>) {
      const run = work.restart();
      const subscriber = new FollowedSubscriber(consumer, run);
      return run.runInContext(() => lifted.subscribe(subscriber));
    },
  });
}

/**
 * Stands between a source and its consumer as the subscriber of an operator does,
 * so that errors of teardowns go where they go without it. While an item is handed
 * over, the consumer is at work.
 */
class FollowedSubscriber extends Subscriber<unknown> {
  private handingOver = false;

  constructor(
    consumer: Subscriber<unknown>,
    private readonly run: Run,
  ) {
    super(consumer);
  }

  override unsubscribe(): void {
    if (!this.closed) this.leave();
    super.unsubscribe();
  }

  protected override _next(item: unknown): void {
    const { run } = this;
    run.item(item);
    run.pause();
    this.handingOver = true;
    super._next(item);
    this.handingOver = false;
    run.resume();
  }

  protected override _error(error: unknown): void {
    this.run.fail(error);
    super._error(error);
  }

  protected override _complete(): void {
    this.run.succeed(undefined);
    super._complete();
  }

  /** A consumer that leaves with an item in hand, by `take(1)` or `firstValueFrom()`, has what it came for. */
  private leave(): void {
    if (this.handingOver) this.run.succeed(undefined);
    else this.run.cancel();
  }
}
