import { OptionsError } from '../core/errors.js';
import { logRecovery, logWarning, type MetricsLogger } from '../core/logger.js';
import { type CheckRun, CheckRunner } from './check-runner.js';
import {
  type HealthCheckDefinition,
  resolveHealthCheck,
} from './health-check.js';

/** The last run of a check, with its name. */
export interface CheckReport extends CheckRun {
  readonly name: string;
  readonly critical: boolean;
}

interface Entry {
  readonly runner: CheckRunner;
  /** Where the check was declared, for messages. */
  readonly source: string;
}

/** The health checks of an app, by name. All of them run at the same time, on request. */
export class HealthChecks {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly logger: MetricsLogger) {}

  /**
   * @param source where the check was declared, for messages.
   * @param isLogged whether it is logged when the check goes down and up. Default: `true`.
   * @returns a function that removes the check, and returns whether it was registered.
   * @throws {OptionsError} if the definition is invalid, or its name is taken.
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
      if (isLogged) this.log(name, run, seconds);
    });
    const entry = { runner, source };
    this.entries.set(name, entry);
    return () => this.isRegistered(entry) && this.entries.delete(name);
  }

  get size(): number {
    return this.entries.size;
  }

  /** Runs all checks. Their results are in the order in which they were added. Never rejects. */
  all(): Promise<CheckReport[]> {
    return this.reports([...this.entries.values()]);
  }

  /** As {@link all}, for critical checks only. */
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
    // A check may have been removed while others ran.
    return reports.filter((_, i) => this.isRegistered(entries[i]!));
  }

  private isRegistered(entry: Entry): boolean {
    return this.entries.get(entry.runner.definition.name) === entry;
  }

  private log(name: string, run: CheckRun, seconds: number): void {
    const check = `Health check "${name}"`;
    if (run.isUp) {
      const after = Math.round(seconds);
      logRecovery(this.logger, `${check} is up again after ${after} s`);
    } else {
      logWarning(
        this.logger,
        `${check} is down: ${run.error}`,
        'health_check_down',
      );
    }
  }
}
