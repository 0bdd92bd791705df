import type {
  EventLoopYielder,
  TimeSlice,
} from '../core/event-loop-yielder.js';
import type {
  GroupObserver,
  ProcessGroup,
} from '../processes/process-group.js';
import type { ProcessesConfig } from '../processes/processes.options.js';
import type {
  GatheredMetrics,
  Gatherer,
  GatherRequest,
  MetricsSource,
} from '../registry/gatherer.js';
import { keepTrying } from './keep-trying.js';
import { warnOfOthers } from './other-processes.js';

/** What a process reports of the others of its app. */
export interface MembershipObserver extends GroupObserver {
  warn(message: string): void;
  /** Makes the metrics about the members. */
  joined(): void;
}

/**
 * The source of the pages: the metrics of this process, or, while it is a member of a
 * group, those of all members.
 */
export class Membership implements MetricsSource {
  private source: MetricsSource;
  private group: ProcessGroup | undefined = undefined;

  /** @param config `undefined` if the processes of the app are not merged. */
  constructor(
    private readonly config: ProcessesConfig | undefined,
    private readonly gatherer: Gatherer,
    private readonly yielder: EventLoopYielder,
    private readonly observer: MembershipObserver,
    private readonly startExemplarWindow: () => void,
  ) {
    this.source = gatherer;
  }

  gather(request: GatherRequest, slice: TimeSlice): Promise<GatheredMetrics> {
    return this.source.gather(request, slice);
  }

  reportFailed(metric: string, error: unknown): void {
    this.gatherer.reportFailed(metric, error);
  }

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
   * Joins the group, if there is one.
   *
   * @returns leaves it.
   * @throws {OptionsError} if the directory cannot be used.
   */
  async start(): Promise<() => Promise<void>> {
    const { config } = this;
    if (config === undefined) {
      warnOfOthers((message) => this.observer.warn(message));
      return async () => {};
    }
    // Imported here: an app that is one process does not load it.
    const { joinGroup } = await import('../processes/join-group.js');
    this.observer.joined();
    return keepTrying(
      async () => {
        const { group, leave } = await joinGroup(
          config,
          this.gatherer,
          this.yielder,
          this.observer,
          this.startExemplarWindow,
        );
        this.source = group;
        this.group = group;
        return async () => {
          this.source = this.gatherer;
          this.group = undefined;
          await leave();
        };
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
