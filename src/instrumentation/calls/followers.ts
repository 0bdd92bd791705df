import type { Run } from './run.js';

/** Calls that follow one and the same object; more are not kept, so that a shared object does not collect them. */
const MAX_FOLLOWERS = 8;

/** Runs that end together, because their calls returned the same object. */
class Followers implements Run {
  private begun = false;

  constructor(private readonly runs: Run[]) {}

  /** Lets one more run end with the others, unless the work has begun or there are too many. */
  add(run: Run): boolean {
    if (this.begun || this.runs.length >= MAX_FOLLOWERS) return false;
    this.runs.push(run);
    return true;
  }

  enter<T>(part: () => T): T {
    const all = this.runs.reduce<() => T>(
      (inner, run) => () => run.enter(inner),
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

  postpone(): void {
    for (const run of this.runs) run.postpone();
  }

  again(): Run {
    this.begun = true;
    return new Followers(this.runs.map((run) => run.again()));
  }
}

const followed = new WeakMap<object, Followers>();

/**
 * Follows an object that is handed back itself, by shadowing methods of it. Methods
 * that pass on what another measured method returned follow the same object.
 *
 * @param install puts the shadows in place; false if the object does not let it.
 */
export function followItself<T extends object>(
  value: T,
  run: Run,
  install: (run: Run) => boolean,
): T {
  const others = followed.get(value);
  const followers = new Followers([run]);
  if (install(followers)) followed.set(value, followers);
  else if (!others?.add(run)) run.succeed(undefined);
  return value;
}
