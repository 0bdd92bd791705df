import type { Run } from './run.js';

/** Runs that begin and end together. */
export class JoinedRuns implements Run {
  /** @param runs from the innermost to the outermost. */
  constructor(protected readonly runs: Run[]) {}

  enter<T>(part: () => T): T {
    const all = this.runs.reduce<() => T>(
      (inner, run) => () => run.enter(inner),
      part,
    );
    return all();
  }

  open(): () => void {
    const opened = this.runs.toReversed().map((run) => run.open?.());
    return () => {
      for (const leave of opened.toReversed()) leave?.();
    };
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
    return new JoinedRuns(this.runs.map((run) => run.again()));
  }
}
