import { HistogramFamily } from '../model/histogram.js';
import { CounterFamily } from '../model/counter-family.js';
import type { MetricFamily } from './metric-family.js';
import type { RegistryAdapter } from './registry-adapter.js';

/** One of our families whose callback has run. */
interface RefreshedFamily {
  readonly adapter: RegistryAdapter;
  readonly isFresh: boolean;
}

/** Runs the callback of a family, if it has one. */
export async function refreshed(
  adapter: RegistryAdapter,
  failed: (name: string) => void,
  limit: number | undefined,
  keepsExpired: boolean,
): Promise<RefreshedFamily> {
  const { family } = adapter;
  const isFresh = await family.refresh(limit, keepsExpired);
  if (!isFresh) failed(family.name);
  return { adapter, isFresh };
}

/** The series of a family as they are now. */
export function snapshotOf({
  adapter,
  isFresh,
}: RefreshedFamily): MetricFamily {
  const { family, type } = adapter;
  const { name, help, unit, aggregator, isPersistent } = family;
  return {
    name,
    type,
    help,
    unit,
    aggregator,
    isPersistent: isPersistent || undefined,
    isProvisional:
      (family instanceof CounterFamily && family.isProvisional) || undefined,
    bounds: family instanceof HistogramFamily ? family.bounds : [],
    cells: family.cellsAfter(isFresh).slice(),
  };
}
