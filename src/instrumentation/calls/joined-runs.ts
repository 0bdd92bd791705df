import type { Run } from './run.js';

/** The calls that follow one object, at most. Without a limit, an object that is shared for long would collect calls. */
const MAX_RUNS = 8;

/** The runs of calls that returned the same object. They end together. */
class JoinedRuns implements Run {
  private hasRestarted = false;

  constructor(private readonly runs: Run[]) {}

  /** @returns false if the work has begun, or there are too many runs. */
  add(run: Run): boolean {
    if (this.hasRestarted || this.runs.length >= MAX_RUNS) return false;
    this.runs.push(run);
    return true;
  }

  runInContext<T>(part: () => T): T {
    const all = this.runs.reduce<() => T>(
      (inner, run) => () => run.runInContext(inner),
      part,
    );
    return all();
  }

  succeed(result: unknown): void {
    for (const run of this.runs) run.succeed(result);
  }

  fail(error: unknown): void {
    for (const run of this.runs) run.fail(error);
  }

  cancel(): void {
    for (const run of this.runs) run.cancel();
  }

  item(item: unknown): void {
    for (const run of this.runs) run.item(item);
  }

  pause(): void {
    for (const run of this.runs) run.pause();
  }

  resume(): void {
    for (const run of this.runs) run.resume();
  }

  defer(): void {
    for (const run of this.runs) run.defer();
  }

  restart(): Run {
    this.hasRestarted = true;
    return new JoinedRuns(this.runs.map((run) => run.restart()));
  }
}

const joined = new WeakMap<object, JoinedRuns>();

/**
 * Follows an object that is returned itself, by patches of its methods. Methods that
 * return what another measured method returned follow the same object.
 *
 * @param patch patches the methods; returns false if the object does not allow it.
 */
export function followInPlace<T extends object>(
  value: T,
  run: Run,
  patch: (run: Run) => boolean,
): T {
  const others = joined.get(value);
  const runs = new JoinedRuns([run]);
  if (patch(runs)) joined.set(value, runs);
  else if (!others?.add(run)) run.succeed(undefined);
  return value;
}
