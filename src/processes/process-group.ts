import type { ErrorReporter } from '../core/catch-and-report.js';
import {
  type EventLoopYielder,
  TimeSlice,
} from '../core/event-loop-yielder.js';
import { monotonicMilliseconds } from '../core/clock.js';
import { MetricConflictError } from '../core/errors.js';
import { InOrder } from '../core/in-order.js';
import { runInSlices } from '../core/stepwise.js';
import {
  type GatheredMetrics,
  type Gatherer,
  type MetricsSource,
  NO_LABELS,
} from '../registry/gatherer.js';
import type { GatherRequest } from '../registry/gather-request.js';
import type { MetricFamily } from '../registry/metric-family.js';
import { shownMetrics } from '../registry/shown-metrics.js';
import { SocketDoorbells } from './group/doorbell.js';
import { Group } from './group/group.js';
import { GroupMember } from './group/group-member.js';
import { NodeFiles } from './group/node-files.js';
import { saveAtExit } from './exit-save.js';
import type { MemberMetrics } from './merge/member-metrics.js';
import {
  type Folder,
  metricsOf,
  NO_TOTALS,
  type Totals,
} from './merge/fold.js';
import { lastGaugesOf, withLastGauges } from './merge/last-gauges.js';
import { MetricsMerger } from './merge/merged-metrics.js';
import { OwnMetrics } from './own-metrics.js';
import { bootId, processIdentity } from './process-identity.js';
import { startSaving } from './save-timer.js';
import { NewerFormatError } from './state/block.js';
import { MemberFiles } from './state/member-files.js';
import { MemberReader, type MemberState } from './state/member-reader.js';
import { StoredContents } from './state/stored-contents.js';

/** What a process needs of its group. */
export interface GroupConfig {
  /** The absolute path of the directory that the members share. */
  readonly directory: string;
  /** Milliseconds between two saves. */
  readonly saveInterval: number;
  /** Whether the totals are kept while no member lives. */
  readonly goesOn: boolean;
}

/** All that the members have counted, added up. */
export interface GroupTotals {
  /** When it was read, in milliseconds since the start of the machine. */
  readonly at: number;
  readonly totals: Totals;
}

/** A member as a reading found it. */
export interface MemberStatus {
  /** The name of its process or thread. */
  readonly process: string;
  /** Whether it did not save in time: what it had saved before was read. */
  readonly isLate: boolean;
}

/** Receives what a group notices about itself. */
export interface GroupObserver extends ErrorReporter {
  /** Is called after each reading. The members are in the order in which they joined. */
  gathered(members: readonly MemberStatus[], late: number): void;
}

/**
 * The metrics of all processes and threads of an app on this host. Each page rings the other
 * members, reads what they have saved, and merges it.
 */
export class ProcessGroup implements MetricsSource {
  readonly spansProcesses = true;
  private readonly identity = processIdentity();
  private readonly own: OwnMetrics;
  private readonly files: NodeFiles;
  private readonly memberFiles: MemberFiles;
  private readonly reader: MemberReader;
  private readonly group: Group<MemberState, Totals>;
  private readonly member: GroupMember<MemberState, Totals>;
  private readonly merger = new MetricsMerger();
  private totals: { of: Totals; metrics: MemberMetrics } | undefined =
    undefined;
  /** One at a time: they share the merged cells, and the memory for states. */
  private readonly readings = new InOrder();

  constructor(
    private readonly config: GroupConfig,
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly observer: GroupObserver,
    startExemplarWindow: () => void,
  ) {
    const { directory } = config;
    this.files = new NodeFiles(directory);
    const doorbells = new SocketDoorbells(directory);
    this.reader = new MemberReader(this.files, this.setAside);
    const contents = new StoredContents(this.reader, yielder, this.conflicted);
    this.group = new Group(this.files, doorbells, contents, {
      unreadable: this.setAside,
      failed: (error) =>
        observer.reportError('processes', error, 'saving the metrics'),
    });
    this.own = new OwnMetrics(gatherer, yielder, startExemplarWindow);
    this.memberFiles = new MemberFiles(
      this.files,
      this.own.encode,
      this.identity,
    );
    this.member = new GroupMember(
      this.group,
      this.files,
      this.memberFiles,
      {
        open: (folder, save) =>
          doorbells.open(folder, () => {
            this.own.refreshGauges();
            return save();
          }),
      },
      {
        boot: bootId(),
        goesOn: config.goesOn,
        restore: async () => undefined,
      },
    );
  }

  /**
   * Makes the process a member, and saves its state from time to time.
   *
   * @returns ends the membership. What the process has counted stays.
   */
  async start(): Promise<() => Promise<void>> {
    await this.member.join();
    const stopSaving = startSaving(this.config.saveInterval, () =>
      this.saveOrReport(),
    );
    const stopWatching = saveAtExit(() => this.saveNow());
    return async () => {
      stopSaving();
      stopWatching();
      await this.member.retire();
    };
  }

  /** The number of members: those that have joined, less those that a page has found ended. */
  async count(): Promise<number> {
    return (await this.group.ledgers.read()).members.length;
  }

  gather(request: GatherRequest): Promise<GatheredMetrics> {
    return this.readings.run(() => this.gatherNow(request));
  }

  reportFailed(metric: string, error: unknown): void {
    this.gatherer.reportFailed(metric, error);
  }

  /**
   * Reads what all members have counted, as a page does, and adds it up.
   *
   * @param folder adds up what is to be kept.
   */
  readTotals(folder: Folder): Promise<GroupTotals> {
    return this.readings.run(() => this.readTotalsNow(folder));
  }

  /** Forgets what this process, whose metrics were cleared, and all ended members have counted. */
  async clear(): Promise<void> {
    try {
      await this.member.clear(({ origin }) => ({ ...NO_TOTALS, origin }));
    } catch (error) {
      this.observer.reportError('processes', error, 'clearing the metrics');
    }
  }

  /** Changes the totals of ended members, as `Ledgers.changeTotals()` does. */
  changeTotals(
    change: (totals: Totals) => Promise<Totals | undefined>,
  ): Promise<Totals> {
    return this.group.ledgers.changeTotals(change);
  }

  /** Another text each time the totals start from zero or from saved ones. */
  get epoch(): string {
    return this.member.epoch;
  }

  /** What this member does for all, if it is the first that does it. */
  setRoles(roles: readonly string[]): void {
    this.memberFiles.roles = roles;
  }

  /**
   * Whether this is the first member with this role that answers; for one that has left, whether
   * no other one answers.
   */
  isFirst(role: string): Promise<boolean> {
    return this.readings.run(() =>
      this.member.isFirst(({ roles }) => roles.includes(role)),
    );
  }

  private async readTotalsNow(folder: Folder): Promise<GroupTotals> {
    this.own.refreshGauges();
    const at = monotonicMilliseconds();
    const members = await this.readMembers();
    const slice = new TimeSlice(this.yielder);
    const folded = await runInSlices(folder.fold(members), slice);
    const gauges = lastGaugesOf(await this.merged(members));
    return { at, totals: { ...folded.totals, gauges } };
  }

  /** The metrics of all members, and the totals of ended ones. */
  private async readMembers(): Promise<readonly MemberMetrics[]> {
    const { members, totals, late } = await this.member.gather();
    this.reader.keepOnly(new Set(members.map(({ id }) => id)));
    const found = members.map(({ id, state: { process } }) => ({
      process: process || id,
      isLate: late.includes(id),
    }));
    this.observer.gathered(found, late.length);
    const states = members.flatMap(({ state }) => state.metrics);
    // The totals have the counts of a process that has left, and not its gauges.
    if (this.member.hasEnded) states.push(await this.own.gauges(this.identity));
    states.sort(byStart);
    if (this.totals?.of !== totals) {
      this.totals = { of: totals, metrics: metricsOf(totals) };
    }
    return [...states, this.totals.metrics];
  }

  private async merged(
    members: readonly MemberMetrics[],
  ): Promise<readonly MetricFamily[]> {
    const slice = new TimeSlice(this.yielder);
    const { metrics, conflicts } = await this.merger.merge(members, slice);
    this.conflicted(conflicts);
    return withLastGauges(metrics, this.totals?.of.gauges);
  }

  private async gatherNow(request: GatherRequest): Promise<GatheredMetrics> {
    this.own.refreshGauges();
    const metrics = await this.merged(await this.readMembers());
    return { ...shownMetrics(metrics, request), added: NO_LABELS, unread: [] };
  }

  private async saveOrReport(): Promise<void> {
    try {
      await this.member.save();
    } catch (error) {
      this.observer.reportError('processes', error, 'saving the metrics');
    }
  }

  private saveNow(): void {
    const { directory } = this.config;
    this.memberFiles.writeNow(
      directory,
      this.member.folder,
      this.own.encodeNow(),
    );
  }

  /** Keeps a file that cannot be read, under another name. */
  private readonly setAside = async (path: string, error: unknown) => {
    const isLedger = path.startsWith('ended.');
    // Without the ledger of a newer version, each total would be wrong.
    if (isLedger && error instanceof NewerFormatError) throw error;
    this.observer.reportError('processes', error, `the file "${path}"`);
    if (error instanceof NewerFormatError) return;
    await this.files.makeFolder('corrupt');
    const name = path.replaceAll('/', '-');
    if (isLedger) await this.files.rename(path, `corrupt/${name}`);
    else await this.files.link(path, `corrupt/${name}`);
  };

  private readonly conflicted = (metrics: readonly string[]) => {
    for (const name of metrics) {
      this.observer.reportError(
        'processes',
        new MetricConflictError(
          `Metric "${name}" has another type in another process; only the values of the newest type are shown`,
        ),
        `metric "${name}"`,
      );
    }
  };
}

/** In the same order on all pages: by start, then by name. */
function byStart(a: MemberMetrics, b: MemberMetrics): number {
  return a.started - b.started || (a.process < b.process ? -1 : 1);
}
