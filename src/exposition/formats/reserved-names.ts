import type { MetricHead } from './exposed-metric.js';

/**
 * The names that histograms and summaries have on a page, as families and as samples.
 * No other metric can have one of them. A name belongs to the first that has it.
 */
export class ReservedNames {
  private readonly owners = new Map<string, string>();

  /** @param namesOf gives all names that a metric may have. */
  constructor(
    all: readonly MetricHead[],
    private readonly namesOf: (head: MetricHead) => readonly string[],
  ) {
    for (const head of all) {
      if (head.type === 'histogram' || head.type === 'summary') {
        this.reserve(head);
      }
    }
  }

  /** The histogram or summary that has a name of this other metric; `undefined` if none has. */
  ownerAmong(head: MetricHead): string | undefined {
    if (this.owners.size === 0) return undefined;
    for (const name of this.namesOf(head)) {
      const owner = this.owners.get(name);
      if (owner !== undefined && owner !== head.name) return owner;
    }
    return undefined;
  }

  private reserve(head: MetricHead): void {
    const names = this.namesOf(head);
    if (names.some((name) => this.owners.has(name))) return;
    for (const name of names) this.owners.set(name, head.name);
  }
}
