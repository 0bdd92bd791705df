import { checkBuckets } from '../model/buckets.js';
import { MetricConflictError } from '../core/errors.js';
import type { Family } from '../model/family.js';
import { exposedType, type MetricType } from '../model/metric-type.js';
import { sameItems } from '../core/same-items.js';
import type { FilteredMetric } from './filters/filters.js';
import { conflictOf, HISTOGRAM_SUFFIXES } from './family-metadata.js';
import type { MetricDeclaration } from './metric-declaration.js';
import type { HistogramOptions } from './metrics-collector.js';

/** The declarations of one exposed name, merged. */
interface Declared {
  readonly first: MetricDeclaration;
  /** The declaration that gives the buckets, if one does. */
  readonly layout: MetricDeclaration | undefined;
  /** The declaration that gives the help text, if one does. */
  readonly help: MetricDeclaration | undefined;
}

/** Looks up registered metrics and names. */
interface ExistingMetrics {
  /** @throws {MetricNameError} if the name, or what filters make of it, is unusable. */
  resolve(
    name: string,
    prefixed: boolean,
  ): FilteredMetric & { readonly exposed: string };
  registered(exposed: string): Family | undefined;
}

/** A metric as a declaration or a call requests it. */
interface RequestedMetric {
  readonly type: MetricType;
  readonly buckets?: readonly number[] | undefined;
  /** Where the metric is declared; `undefined` for a call such as `collector.counter()`. */
  readonly place?: string;
}

/**
 * Decides type and buckets of a metric before its first recording, so that the order of
 * recordings does not matter. If one place declares buckets, all places of the metric use them.
 */
export class DeclaredMetrics {
  private readonly byName = new Map<string, Declared>();

  constructor(private readonly existing: ExistingMetrics) {}

  /**
   * Adds declarations; their order does not matter.
   *
   * @param isLate whether the app is running. Earlier declarations then stay, and
   *   declarations that conflict with them are ignored.
   * @throws {MetricConflictError} naming both places, unless it is late.
   */
  add(declarations: readonly MetricDeclaration[], isLate = false): void {
    const standing = new Set(isLate ? this.byName.keys() : []);
    for (const declaration of declarations.toSorted(byPlace)) {
      try {
        this.addOne(declaration, standing);
      } catch (error) {
        if (!isLate && error instanceof MetricConflictError) throw error;
      }
    }
    if (!isLate) this.checkSuffixes();
  }

  /** The declared metrics by exposed name. */
  types(): ReadonlyMap<string, MetricType> {
    const all = [...this.byName];
    return new Map(all.map(([name, { first }]) => [name, first.type]));
  }

  /** Whether there is a declaration of this name. */
  has(name: string, prefixed = true): boolean {
    return this.hasExposed(this.existing.resolve(name, prefixed).exposed);
  }

  /** The same for an exposed name. */
  hasExposed(exposed: string): boolean {
    return this.byName.has(exposed);
  }

  /**
   * Type and options of a metric, completed by its declarations.
   *
   * @throws {MetricConflictError} if it conflicts with a declaration; {BucketsError} if its buckets are invalid.
   */
  complete(
    exposed: string,
    type: MetricType,
    options: HistogramOptions,
  ): { type: MetricType; options: HistogramOptions } {
    const declared = this.byName.get(exposed);
    if (declared === undefined) return { type, options };
    const { buckets = declared.layout?.buckets } = options;
    if (buckets !== undefined) checkBuckets(buckets, exposed);
    const conflict = conflictBetween(exposed, declared, { type, buckets });
    if (conflict !== undefined) throw conflict;
    const description = declared.help?.description ?? options.description;
    return {
      type: declared.first.type,
      options: { ...options, buckets, description },
    };
  }

  private addOne(
    declaration: MetricDeclaration,
    standing: ReadonlySet<string>,
  ): void {
    const { name, prefixed = true, place } = declaration;
    const resolved = this.existing.resolve(name, prefixed);
    const { exposed } = resolved;
    if (resolved.denied || standing.has(exposed)) return;
    const added =
      resolved.buckets === undefined
        ? declaration
        : { ...declaration, buckets: undefined };
    const family = this.existing.registered(exposed);
    const conflict = family && conflictOf(family, added.type, added.buckets);
    if (conflict !== undefined) {
      throw new MetricConflictError(`${place}: ${conflict.message}`);
    }
    this.byName.set(exposed, merged(exposed, this.byName.get(exposed), added));
  }

  /** The samples of histograms have suffixes; no other metric may have such a name. */
  private checkSuffixes(): void {
    for (const [exposed, { first }] of this.byName) {
      if (exposedType(first.type) !== 'histogram') continue;
      for (const suffix of HISTOGRAM_SUFFIXES) {
        const taken = this.byName.get(exposed + suffix)?.first;
        if (taken === undefined) continue;
        throw new MetricConflictError(
          `Metric "${exposed + suffix}", declared by ${taken.place}, would have the name of a sample of histogram "${exposed}", declared by ${first.place}; give one of them another name`,
        );
      }
    }
  }
}

/** Merges one more declaration of a name. */
function merged(
  exposed: string,
  known: Declared | undefined,
  added: MetricDeclaration,
): Declared {
  const conflict = known && conflictBetween(exposed, known, added);
  if (conflict !== undefined) throw conflict;
  return {
    first: known?.first ?? added,
    layout: known?.layout ?? (added.buckets && added),
    help: known?.help ?? (added.description ? added : undefined),
  };
}

function conflictBetween(
  exposed: string,
  { first, layout }: Declared,
  requested: RequestedMetric,
): MetricConflictError | undefined {
  const [was, by] =
    requested.place === undefined
      ? ['was asked for ', '']
      : ['', ` by ${requested.place}`];
  if (exposedType(first.type) !== exposedType(requested.type)) {
    return new MetricConflictError(
      `Metric "${exposed}" is declared as a ${first.type} by ${first.place} and ${was}as a ${requested.type}${by}; give one of them another name`,
    );
  }
  const ours = layout?.buckets;
  const theirs = requested.buckets;
  if (!ours || !theirs || sameItems(ours, theirs)) return undefined;
  return new MetricConflictError(
    `Metric "${exposed}" is declared with buckets ${ours.join(', ')} by ${layout.place} and ${was}with ${theirs.join(', ')}${by}; use the same buckets, or give one of them another name`,
  );
}

/** The result must not depend on the order in which classes are loaded. */
function byPlace(a: MetricDeclaration, b: MetricDeclaration): number {
  return a.place < b.place ? -1 : Number(a.place > b.place);
}
