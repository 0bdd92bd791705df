/** Some ends never come, e.g. that of a model's stream which its consumer leaves. */
// Why: docs/decisions/integrations.md, "LangChain: only what has ended is recorded".
const MAX_OPEN = 10_000;

/** What has begun and not ended, by the id of its run. The oldest goes when there are too many. */
export class OpenRuns<T> {
  private readonly runs = new Map<string, T>();

  has(runId: string): boolean {
    return this.runs.has(runId);
  }

  get(runId: string): T | undefined {
    return this.runs.get(runId);
  }

  add(runId: string, run: T): void {
    if (this.runs.size >= MAX_OPEN) {
      const [oldest] = this.runs.keys();
      this.runs.delete(oldest!);
    }
    this.runs.set(runId, run);
  }

  /** Gives a run that has ended, once. */
  take(runId: string): T | undefined {
    const run = this.runs.get(runId);
    this.runs.delete(runId);
    return run;
  }
}
