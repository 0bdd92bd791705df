import type { FamilyHeader, PageType } from './metric-family.js';
import { namesOf } from './sample-names.js';

/** Which metrics to gather. */
export interface GatherRequest {
  /** Only metrics with these names, of their own or of their samples. Default: all. */
  readonly names?: readonly string[] | undefined;
  /** Only the metric that is registered under this name. */
  readonly registered?: string | undefined;
  /** Milliseconds to wait for the callback of a metric. Default: the limit of pages. */
  readonly limit?: number | undefined;
  /** Only metrics that only grow: counters, histograms and summaries. Default: all types. */
  readonly totalsOnly?: boolean | undefined;
  /** The names of metrics that are left out. Default: none. */
  readonly except?: ReadonlySet<string> | undefined;
  /** Whether a scraper or back end sees what is read. What none sees lets no series expire, and is not saved first. Default: `true`. */
  readonly isShown?: boolean | undefined;
}

/** Whether the values of a metric only grow. */
export function isTotal(type: PageType): boolean {
  return type === 'counter' || type === 'histogram' || type === 'summary';
}

/** Whether a metric is requested, by its own name or by one of its samples, and not left out. */
export function selection({
  names,
  registered,
  except,
}: GatherRequest): (header: FamilyHeader) => boolean {
  const isNamed = naming(registered, names);
  if (except === undefined) return isNamed;
  return (header) => !except.has(header.name) && isNamed(header);
}

function naming(
  registered: string | undefined,
  names: readonly string[] | undefined,
): (header: FamilyHeader) => boolean {
  if (registered !== undefined) return ({ name }) => name === registered;
  if (names === undefined) return () => true;
  const requested = new Set(names);
  return (header) => namesOf(header).some((name) => requested.has(name));
}
