import { OptionsError } from '../core/errors.js';
import { logNews, logWarning, type MetricsLogger } from '../core/logger.js';
import { type CheckRun, CheckRunner } from './check-runner.js';
import {
  type HealthCheckDefinition,
  resolveHealthCheck,
} from './health-check.js';

/** A check with its last run. */
export interface CheckReport extends CheckRun {
  readonly name: string;
  readonly critical: boolean;
}

interface Entry {
  readonly runner: CheckRunner;
  /** Where the check comes from, in words. */
  readonly source: string;
}

/** The health checks of an app, by name. They run when they are asked for, side by side. */
export class HealthChecks {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly logger: MetricsLogger) {}

  /**
   * @param source where the check comes from, for the messages of errors.
   * @param isLogged whether the log tells when it goes down and comes up. Default: `true`.
   * @returns removes the check, and says whether it was there.
   * @throws {OptionsError} if the definition has a mistake, or its name is taken.
   */
  add(
    definition: HealthCheckDefinition,
    source: string,
    isLogged = true,
  ): () => boolean {
    const resolved = resolveHealthCheck(definition, source);
    const { name } = resolved;
    const taken = this.entries.get(name);
    if (taken !== undefined) {
      throw new OptionsError(
        `Health check "${name}" comes from ${taken.source} and from ${source}; give one of them another name`,
      );
    }
    const runner = new CheckRunner(resolved, (run, seconds) => {
      if (isLogged) this.tell(name, run, seconds);
    });
    const entry = { runner, source };
    this.entries.set(name, entry);
    return () => this.isRegistered(entry) && this.entries.delete(name);
  }

  get size(): number {
    return this.entries.size;
  }

  /** All checks with their results, in the order in which they were added. Never rejects. */
  all(): Promise<CheckReport[]> {
    return this.reports([...this.entries.values()]);
  }

  /** As {@link all}, of those that the app cannot do without. */
  critical(): Promise<CheckReport[]> {
    return this.reports(
      [...this.entries.values()].filter(
        ({ runner }) => runner.definition.critical,
      ),
    );
  }

  private async reports(entries: Entry[]): Promise<CheckReport[]> {
    const reports = await Promise.all(
      entries.map(async ({ runner }) => {
        const { name, critical } = runner.definition;
        return { name, critical, ...(await runner.run()) };
      }),
    );
    // Some may have been removed while the others ran.
    return reports.filter((_, i) => this.isRegistered(entries[i]!));
  }

  private isRegistered(entry: Entry): boolean {
    return this.entries.get(entry.runner.definition.name) === entry;
  }

  private tell(name: string, run: CheckRun, seconds: number): void {
    const check = `Health check "${name}"`;
    if (run.isUp) {
      const after = Math.round(seconds);
      logNews(this.logger, `${check} is up again after ${after} s`);
    } else {
      logWarning(this.logger, `${check} is down: ${run.error}`);
    }
  }
}
