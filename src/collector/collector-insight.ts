import type { ErrorReporter } from '../core/catch-and-report.js';
import {
  type EventLoopYielder,
  TimeSlice,
} from '../core/event-loop-yielder.js';
import type { ExporterState } from '../exporters/pipeline/exporter-state.js';
import type { Exporters } from '../exporters/pipeline/exporters.js';
import type { PageRenderer } from '../exposition/page-renderer.js';
import type { CheckReport, HealthChecks } from '../health/health-checks.js';
import type { MemberStatus } from '../processes/process-group.js';
import { type GatheredMetrics, Gatherer } from '../registry/gatherer.js';
import type { GatherRequest } from '../registry/gather-request.js';
import type { Families } from './families.js';
import type { Membership } from './membership.js';
import type { ProcessReport } from './process-report.js';
import type { SelfMetrics } from './self-metrics.js';

/** What a collector consists of, as far as it can be looked at. */
export interface InsightParts {
  readonly families: Families;
  readonly selfMetrics: SelfMetrics;
  readonly renderer: PageRenderer;
  readonly membership: Membership;
  readonly processReport: ProcessReport;
  readonly checks: HealthChecks;
  readonly exporters: Exporters;
}

/** Shows the inside of a collector to what stands above it, such as the live page. */
export class CollectorInsight {
  private readonly created = Date.now().toString(36);

  constructor(
    private readonly parts: InsightParts,
    readonly yielder: EventLoopYielder,
    readonly errors: ErrorReporter,
  ) {}

  /** Gathers the metrics as pages show them. */
  gather(request: GatherRequest): Promise<GatheredMetrics> {
    const slice = new TimeSlice(this.yielder);
    return this.parts.renderer.source.gather(request, slice);
  }

  /** Whether the cells that are gathered are those that recordings change, not merged copies of them. */
  get readsOwnCells(): boolean {
    return this.parts.renderer.source instanceof Gatherer;
  }

  /** Another text each time the totals start from zero; the same one in all processes whose metrics pages show. */
  get epoch(): string {
    const { membership, families } = this.parts;
    return membership.epoch ?? `${this.created}-${families.clears}`;
  }

  /** These processes and threads, as the last sample or page found them; none without the option `processes`. */
  members(): readonly MemberStatus[] {
    return this.parts.processReport.members;
  }

  /** The exposed name of a metric of the app. */
  nameOf(name: string, prefixed = true): string {
    return this.parts.families.exposedName(name, prefixed);
  }

  /** The exposed name of a metric about the metrics. */
  selfNameOf(name: string): string {
    return this.parts.selfMetrics.nameOf(name);
  }

  /** How many series a metric may have; `undefined` if it is not one of the collector's. */
  limitOf(exposed: string): number | undefined {
    return this.parts.families.registered(exposed)?.maxSeries;
  }

  checks(): Promise<CheckReport[]> {
    return this.parts.checks.all();
  }

  exporters(): ExporterState[] {
    return this.parts.exporters.states();
  }
}
