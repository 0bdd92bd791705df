import type { RegistryAdapter } from '../registry/registry-adapter.js';
import type { Family } from '../model/family.js';
import type { AnyInstrument, ResolvedMetric } from './family-factory.js';

/** A family with the instrument that users hold and the metric that prom-client sees. */
export interface Entry {
  readonly resolved: ResolvedMetric;
  readonly family: Family;
  readonly instrument: AnyInstrument;
  readonly metric: RegistryAdapter;
}

/** The least number of unregistered families that are remembered, however small `maxMetrics` is. */
const MIN_REMEMBERED = 100;

/**
 * Finds families by name. At most `maxMetrics` are registered, self-metrics not counted.
 * Only the latest of the denied and the unregistered ones (cleared, or without room) are
 * kept: an unlimited number of names must not exhaust the memory.
 */
// Why: docs/decisions/recording.md, "The number of metrics is bounded".
export class FamilyStore {
  readonly registered = new Map<string, Entry>();
  private readonly unregistered = new Map<string, Entry>();
  /** Families that a filter denies. They are in no registry, and their names stay free. */
  private readonly denied = new Map<string, Entry>();
  /** Entries by the name as callers give it, so that the exposed name is built once. */
  private readonly byGivenName = new Map<string, Entry>();
  private readonly byFamily = new WeakMap<Family, Entry>();
  /** How many of the registered families are self-metrics. */
  private own = 0;

  private readonly maxRemembered: number;

  constructor(private readonly maxMetrics: number) {
    this.maxRemembered = Math.max(maxMetrics, MIN_REMEMBERED);
  }

  find({ exposed, denied }: ResolvedMetric): Entry | undefined {
    return denied
      ? this.denied.get(exposed)
      : (this.registered.get(exposed) ?? this.unregistered.get(exposed));
  }

  findGiven(name: string): Entry | undefined {
    return this.byGivenName.get(name);
  }

  entryOf(family: Family): Entry {
    return this.byFamily.get(family)!;
  }

  hasRoomFor({ resolved, family }: Entry): boolean {
    return (
      resolved.isSelfMetric ||
      family.registered ||
      this.registered.size - this.own < this.maxMetrics
    );
  }

  rememberGiven(name: string, entry: Entry): void {
    if (this.byGivenName.size >= 2 * this.maxRemembered)
      this.byGivenName.clear();
    this.byGivenName.set(name, entry);
  }

  /** Moves an entry to the map for the state of its family. Call it whenever `family.registered` changes. */
  file(entry: Entry): void {
    const { resolved, family } = entry;
    const known = this.find(resolved);
    if (known === entry && this.isFiled(entry)) return;
    if (known !== undefined && known !== entry) this.byGivenName.clear();
    this.byFamily.set(family, entry);
    if (resolved.denied) return this.keepBounded(this.denied, entry);
    this.forget(resolved);
    if (!family.registered) return this.keepBounded(this.unregistered, entry);
    this.registered.set(resolved.exposed, entry);
    if (resolved.isSelfMetric) this.own++;
  }

  forgetDenied(): void {
    this.denied.clear();
    this.byGivenName.clear();
  }

  /** Whether an entry is in the map for the state of its family. */
  private isFiled({ resolved, family }: Entry): boolean {
    return (
      resolved.denied ||
      family.registered === this.registered.has(resolved.exposed)
    );
  }

  private forget({ exposed }: ResolvedMetric): void {
    this.unregistered.delete(exposed);
    const isSelfMetric =
      this.registered.get(exposed)?.resolved.isSelfMetric === true;
    if (this.registered.delete(exposed) && isSelfMetric) this.own--;
  }

  private keepBounded(kept: Map<string, Entry>, entry: Entry): void {
    kept.set(entry.resolved.exposed, entry);
    if (kept.size <= this.maxRemembered) return;
    for (const [name, { resolved }] of kept) {
      if (resolved.isSelfMetric) continue;
      kept.delete(name);
      this.byGivenName.clear();
      return;
    }
  }
}
