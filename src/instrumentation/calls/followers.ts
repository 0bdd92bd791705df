import { JoinedRuns } from './joined-runs.js';
import type { Run } from './run.js';

/** Calls that follow one and the same object; more are not kept, so that a shared object does not collect them. */
const MAX_FOLLOWERS = 8;

/** The runs of calls that returned the same object. */
class Followers extends JoinedRuns {
  private begun = false;

  /** Lets one more run end with the others, unless the work has begun or there are too many. */
  add(run: Run): boolean {
    if (this.begun || this.runs.length >= MAX_FOLLOWERS) return false;
    this.runs.push(run);
    return true;
  }

  override again(): Run {
    this.begun = true;
    return super.again();
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
