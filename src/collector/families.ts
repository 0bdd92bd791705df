import type { PromClientFilters } from '../registry/filtered-metric.js';
import type { MetricRegistry } from '../registry/metric-registry.js';
import { RegistryAdapter } from '../registry/registry-adapter.js';
import { MetricConflictError } from '../core/errors.js';
import type { ExemplarSampler } from '../model/exemplars.js';
import { CounterFamily } from '../model/counter-family.js';
import type { FamilyKeeper } from '../model/family-keeper.js';
import type { Family } from '../model/family.js';
import { GaugeFamily } from '../model/gauge-family.js';
import type { MetricEventInit } from '../model/metric-event.js';
import { areExposedAlike, type MetricType } from '../model/metric-type.js';
import { hookOf } from '../model/recording-hook.js';
import {
  type AnyInstrument,
  FamilyFactory,
  type ResolvedMetric,
  type FamilyConfig,
} from './family-factory.js';
import type { FamilyListener, SelectiveListener } from './family-listeners.js';
import { type Entry, FamilyStore } from './family-store.js';
import { DeclaredMetrics } from './declared-metrics.js';
import {
  areCompatible,
  conflictOf,
  applyMetadata,
  checkSuffixes,
  typeName,
} from './family-metadata.js';
import type { GaugeOptions, HistogramOptions } from './metrics-collector.js';

/** The options of an instrument of any type. */
type AnyInstrumentOptions = GaugeOptions & HistogramOptions;

/** The families of a collector, one for each name. They are created on first use and kept in step with the registry. */
export class Families implements FamilyKeeper {
  readonly declared: DeclaredMetrics;
  private readonly store: FamilyStore;
  /** Whether the families are in the registry. After a shutdown they are not in a registry that the app gave. */
  private attached = true;
  private readonly factory: FamilyFactory;
  private exemplars: ExemplarSampler | undefined = undefined;
  private listening: SelectiveListener | undefined = undefined;
  private listener: FamilyListener | undefined = undefined;

  constructor(
    config: FamilyConfig,
    private readonly registry: MetricRegistry,
  ) {
    this.store = new FamilyStore(config.maxMetrics);
    this.factory = new FamilyFactory(config, this);
    this.declared = new DeclaredMetrics({
      resolve: (name, prefixed) => this.factory.resolve(name, prefixed),
      registered: (exposed) => this.registered(exposed),
    });
  }

  /** Sets the receiver of the events of families. Self-metrics count these events, so they are created from these families first. */
  reportTo(listener: FamilyListener): void {
    this.listener = listener;
  }

  /** How often all families were cleared. */
  clears = 0;

  /** How many families are registered. */
  get count(): number {
    return this.store.registered.size;
  }

  /** The instrument of an event, if it can record at once: nothing to create, check or complete. */
  findReady(event: MetricEventInit): AnyInstrument | undefined {
    const known = this.store.findGiven(event.name);
    if (known === undefined) return undefined;
    const { family, instrument } = known;
    return family.registered &&
      (family.type === event.type || areExposedAlike(family, event)) &&
      (event.description === undefined || family.help !== family.name) &&
      (event.unit === undefined || event.unit === family.unit)
      ? instrument
      : undefined;
  }

  /**
   * Returns the instrument of this name and type, created if it is new.
   *
   * @throws {MetricsError} if the name, the options or their combination are invalid.
   */
  getOrCreate(
    name: string,
    type: MetricType,
    options: AnyInstrumentOptions = {},
  ): AnyInstrument {
    const { prefixed = true } = options;
    const known = prefixed ? this.store.findGiven(name) : undefined;
    const resolved = known?.resolved ?? this.factory.resolve(name, prefixed);
    const entry = this.getOrCreateDescribed(resolved, type, options, known);
    if (prefixed && entry !== known) this.store.rememberGiven(name, entry);
    return entry.instrument;
  }

  /** As {@link getOrCreate}, for a name that is exposed as it is, past prefix and filters. */
  getOrCreateExposed(
    exposed: string,
    type: MetricType,
    options: GaugeOptions,
  ): AnyInstrument {
    const resolved = this.factory.resolveExposed(exposed);
    return this.getOrCreateDescribed(resolved, type, options).instrument;
  }

  /** The exposed name of a metric, with what filters make of it. */
  exposedName(name: string, prefixed: boolean): string {
    return this.factory.resolve(name, prefixed).exposed;
  }

  /** The filters of the options, for metrics of any library. */
  get filters(): PromClientFilters {
    return this.factory;
  }

  /** Sets the sampler of exemplars for all metrics; `undefined` for no exemplars. */
  setExemplarSampler(source: ExemplarSampler | undefined): void {
    this.exemplars = source;
    for (const entry of this.store.registered.values()) this.updateHook(entry);
  }

  /**
   * Passes the recordings that the listener wants to it, except those of denied and own metrics.
   * Call it again when the listener wants other types than before.
   */
  setListener(listener: SelectiveListener | undefined): void {
    this.listening = listener;
    for (const entry of this.store.registered.values()) this.updateHook(entry);
  }

  /** Removes all series, and takes all families out of the registry until they are used again. */
  clear(): void {
    this.clears++;
    for (const entry of this.store.registered.values()) {
      const { family } = entry;
      if (this.isRegistered(entry))
        this.registry.removeSingleMetric(family.name);
      family.clear();
      family.registered = false;
      family.hook = undefined;
      if (family instanceof GaugeFamily) family.readThrough(undefined);
      this.store.file(entry);
    }
    this.store.forgetDenied();
  }

  /** Takes all families out of the registry; their series stay. */
  private detach(): void {
    for (const entry of this.store.registered.values()) {
      if (this.isRegistered(entry))
        this.registry.removeSingleMetric(entry.family.name);
    }
    this.attached = false;
  }

  /** Puts all families into the registry. The result takes them out again. */
  attach(): () => void {
    this.attached = true;
    try {
      for (const entry of this.store.registered.values()) this.register(entry);
    } catch (error) {
      this.detach();
      throw error;
    }
    return () => this.detach();
  }

  reregister(family: Family): Family | undefined {
    const own = this.store.entryOf(family);
    const entry = this.store.find(own.resolved) ?? own;
    if (!this.store.hasRoomFor(entry)) {
      this.listener?.hadNoRoom(family);
      return undefined;
    }
    if (!areCompatible(entry.family, family)) {
      throw new MetricConflictError(
        `Metric "${family.name}" was cleared and is now ${typeName(entry.family)}; ask the collector for it again`,
      );
    }
    if (!entry.family.registered) this.register(entry);
    return entry.family;
  }

  overflowed(family: Family): () => void {
    return this.listener?.overflowed(family) ?? (() => {});
  }

  collectFailed(family: Family, error: unknown): void {
    this.listener?.collectFailed(family, error);
  }

  private getOrCreateDescribed(
    resolved: ResolvedMetric,
    type: MetricType,
    given: AnyInstrumentOptions,
    known?: Entry,
  ): Entry {
    const { buckets } = resolved;
    const options = buckets === undefined ? given : { ...given, buckets };
    const entry = known ?? this.store.find(resolved);
    if (entry === undefined) return this.create(resolved, type, options);
    const conflict = conflictOf(entry.family, type, options.buckets);
    if (conflict !== undefined) {
      if (entry.family.registered) throw conflict;
      return this.create(resolved, type, options);
    }
    applyMetadata(entry.family, options);
    if (options.expireAfter !== undefined) this.updateHook(entry);
    if (!entry.family.registered || !this.isRegistered(entry))
      this.register(entry);
    return entry;
  }

  private updateHook({ resolved, family }: Entry): void {
    const exemplars =
      family instanceof GaugeFamily ? undefined : this.exemplars;
    const isHeard =
      !resolved.isSelfMetric && this.listening?.wants(family.type) === true;
    const listener = isHeard ? this.listening : undefined;
    family.hook = hookOf(family, exemplars, listener);
  }

  private create(
    resolved: ResolvedMetric,
    asked: MetricType,
    given: AnyInstrumentOptions,
  ): Entry {
    const { exposed, denied } = resolved;
    const { type, options } = denied
      ? { type: asked, options: given }
      : this.declared.complete(exposed, asked, given);
    const made = this.factory.make(resolved, type, options.buckets);
    const { family } = made;
    const entry = { resolved, ...made, metric: new RegistryAdapter(family) };
    applyMetadata(family, options);
    if (denied) family.deny();
    else if (
      family instanceof CounterFamily &&
      this.startsUnlabelled(resolved, options)
    )
      family.startProvisional();
    this.register(entry);
    return entry;
  }

  /** Whether nothing says yet which labels the series of a metric have. */
  private startsUnlabelled(
    { exposed, isSelfMetric }: ResolvedMetric,
    { labelNames = [], initialLabels }: AnyInstrumentOptions,
  ): boolean {
    const isDescribed = isSelfMetric || this.declared.hasExposed(exposed);
    return (
      !isDescribed && labelNames.length === 0 && initialLabels === undefined
    );
  }

  /** Whether the registry has exactly this metric: other code may remove and add metrics too. */
  private isRegistered({ family, metric }: Entry): boolean {
    const there: unknown = this.registry.getSingleMetric(family.name);
    return there === metric;
  }

  /** Stores the entry, and puts it into the registry unless it is denied or has no room. */
  private register(entry: Entry): void {
    const { resolved, family, metric } = entry;
    const isShown = !resolved.denied && this.store.hasRoomFor(entry);
    const isNew = isShown && !family.registered;
    if (isShown) {
      checkSuffixes(family, (name) => this.registered(name));
      this.enter(metric);
      family.registered = true;
      this.updateHook(entry);
    }
    this.store.file(entry);
    if (isNew) family.start();
  }

  private enter(metric: RegistryAdapter): void {
    if (!this.attached) return;
    try {
      metric.register(this.registry);
    } catch (error) {
      throw new MetricConflictError(
        `Metric "${metric.family.name}" is registered in this registry already; give one of them another name, or close the app or collector that has registered it`,
        { cause: error },
      );
    }
  }

  /** The registered family of this exposed name. */
  registered(name: string): Family | undefined {
    return this.store.registered.get(name)?.family;
  }
}
