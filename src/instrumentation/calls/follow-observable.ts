import { from, Observable, Subscriber } from 'rxjs';
import { followInPlace } from './joined-runs.js';
import { isPlainObservable } from './result-kinds.js';
import type { Run } from './run.js';
import { patchMethod } from '../../core/patch-method.js';

/** @returns the Observable to subscribe to instead; the source itself if its callers need its other methods, as those of a Subject. */
export function followObservable(
  source: Observable<unknown>,
  first: Run,
): Observable<unknown> {
  if (!isPlainObservable(source)) return followFirstSubscription(source, first);
  first.defer();
  return observed(source, first);
}

/** Returns the Observable itself, and follows its first subscription. */
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

/** Every subscription is a run. It is an operator, since rxjs catches the errors of a function given to `new Observable()`. */
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
 * The subscriber between a source and its consumer, like that of any operator: errors
 * of teardowns reach the same code as without it. While an item is passed on, the time of the consumer runs, which does not count.
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

  // Why: docs/decisions/instrumentation.md, "A stream's duration is the agent's time".
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

  /** A consumer that unsubscribes while it receives an item, by `take(1)` or `firstValueFrom()`, is not cancelled: it has the item that it waited for. */
  private leave(): void {
    if (this.handingOver) this.run.succeed(undefined);
    else this.run.cancel();
  }
}
