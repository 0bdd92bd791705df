import type { Warn } from '../core/logger.js';
import type { EventLoopYielder } from '../core/event-loop-yielder.js';
import type { PersistedGroup } from '../persistence/persisted-group.js';
import type { PersistedProcess } from '../persistence/persisted-process.js';
import type { PersistenceConfig } from '../persistence/persistence.options.js';
import type {
  GroupObserver,
  ProcessGroup,
} from '../processes/process-group.js';
import type { ProcessesConfig } from '../processes/processes.options.js';
import { exportsBy, SAVES_TOTALS } from '../processes/roles.js';
import type { Gatherer, MetricsSource } from '../registry/gatherer.js';
import { keepTrying } from './keep-trying.js';
import { warnOfOthers } from './other-processes.js';

/** What a process reports of the others of its app. */
export interface MembershipObserver extends GroupObserver {
  warn: Warn;
  /** Makes the metrics about the members. */
  joined(): void;
}

/** Each part is `undefined` if it is off. */
export interface MembershipConfig {
  readonly processes: ProcessesConfig | undefined;
  /** Whether the start warns of other processes of the app, whose metrics no page shows. */
  readonly warnsOfOthers: boolean;
  readonly persistence: PersistenceConfig | undefined;
}

/**
 * Chooses the source of the pages: the metrics of this process, with those that were saved, or,
 * while it is a member of a group, those of all members.
 */
export class Membership {
  private group: ProcessGroup | undefined = undefined;
  private persistence: Promise<PersistedProcess> | undefined = undefined;
  private persistedGroup: PersistedGroup | undefined = undefined;
  private exporters: readonly string[] = [];

  /** @param useSource is called with another source than the gatherer of this process. */
  constructor(
    private readonly config: MembershipConfig,
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly observer: MembershipObserver,
    private readonly startExemplarWindow: () => void,
    private readonly useSource: (source: MetricsSource) => void,
  ) {}

  /** The number of members of the group; `undefined` without one. */
  async count(): Promise<number | undefined> {
    try {
      return await this.group?.count();
    } catch (error) {
      this.observer.reportError('processes', error, 'counting the members');
      return undefined;
    }
  }

  /**
   * Joins the group, if there is one, and restores what was saved.
   *
   * @returns leaves it. Pages show the metrics of the group until `release()`.
   * @throws {OptionsError} if the directory cannot be used.
   */
  async start(): Promise<(() => Promise<void>) | void> {
    const { processes, warnsOfOthers } = this.config;
    if (processes !== undefined) return this.join(processes);
    if (warnsOfOthers)
      warnOfOthers((...warning) => this.observer.warn(...warning));
    return (await this.persisted())?.start();
  }

  /** Has pages show the metrics of this process only: it has left the group. */
  release(): void {
    this.group = undefined;
    this.persistedGroup = undefined;
    if (this.config.processes !== undefined) this.useSource(this.gatherer);
  }

  /** Another text each time the totals of the group start from zero; `undefined` without a group. */
  get epoch(): string | undefined {
    return this.group?.epoch;
  }

  /** Whether pages show the metrics of other processes too. */
  get spansProcesses(): boolean {
    return this.config.processes !== undefined;
  }

  /** @param exporters the names of those that deliver the metrics of all members. */
  setExporters(exporters: readonly string[]): void {
    this.exporters = exporters;
    this.group?.setRoles(this.roles);
  }

  /**
   * Whether this is the first member with this exporter that answers; for one that has left,
   * whether no other one answers. A process that has not joined is the first of its own.
   */
  async isFirst(exporter: string): Promise<boolean> {
    try {
      return (await this.group?.isFirst(exportsBy(exporter))) ?? true;
    } catch (error) {
      this.observer.reportError('processes', error, 'finding the first member');
      return true;
    }
  }

  /** @throws {PersistenceError} */
  async restore(): Promise<void> {
    await (this.persistedGroup ?? (await this.persisted()))?.restore();
  }

  /** @throws {PersistenceError} */
  async save(): Promise<void> {
    await (this.persistedGroup ?? (await this.persisted()))?.save();
  }

  /** Forgets what was counted before and is no longer in this process: all metrics were removed. */
  async clear(): Promise<void> {
    const { group, persistedGroup } = this;
    await (persistedGroup ?? group)?.clear();
    (await this.persistence)?.source.clear();
  }

  /** Made once: what it has saved of this process is not restored into it. */
  private persisted(): Promise<PersistedProcess> | undefined {
    const { persistence: config, processes } = this.config;
    if (config !== undefined && processes === undefined)
      this.persistence ??= this.persist(config);
    return this.persistence;
  }

  private async persist(config: PersistenceConfig): Promise<PersistedProcess> {
    // Imported here: an app without the option does not load it.
    const { PersistedProcess } =
      await import('../persistence/persisted-process.js');
    const { gatherer, yielder, observer } = this;
    const persisted = new PersistedProcess(config, gatherer, yielder, observer);
    this.useSource(persisted.source);
    return persisted;
  }

  private get roles(): string[] {
    const exporters = this.exporters.map(exportsBy);
    return this.config.persistence === undefined
      ? exporters
      : [SAVES_TOTALS, ...exporters];
  }

  private async persistGroup(
    group: ProcessGroup,
  ): Promise<PersistedGroup | undefined> {
    const { persistence: config } = this.config;
    if (config === undefined) return undefined;
    const { PersistedGroup } =
      await import('../persistence/persisted-group.js');
    const persisted = new PersistedGroup(config, group, this.observer);
    await persisted.start();
    this.persistedGroup = persisted;
    return persisted;
  }

  private async join(config: ProcessesConfig): Promise<() => Promise<void>> {
    // Imported here: an app that is one process does not load it.
    const { joinGroup } = await import('../processes/join-group.js');
    this.observer.joined();
    return keepTrying(
      async () => {
        const { group, leave } = await joinGroup(
          { ...config, goesOn: this.config.persistence !== undefined },
          this.gatherer,
          this.yielder,
          this.observer,
          this.startExemplarWindow,
        );
        group.setRoles(this.roles);
        const persisted = await this.persistGroup(group);
        this.useSource(group);
        this.group = group;
        return () => (persisted === undefined ? leave() : persisted.end(leave));
      },
      (error) =>
        this.observer.reportError(
          'processes',
          error,
          'joining the other processes of the app',
        ),
    );
  }
}
