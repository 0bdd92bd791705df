import { LabelError, messageOf, shown } from '../../core/errors.js';
import {
  canonicalLabels,
  isPresent,
  type LabelFilter,
  type LabelValue,
} from '../../model/labels.js';
import type { AnyFilter, MetricFilterActions } from './metric-filter.js';

/** A filter with its path in the options. */
export interface PlacedFilter extends AnyFilter {
  readonly path: string;
}

/** Labels that are present, as text. */
type TextLabels = Map<string, string>;

/** Applies one filter to labels. */
type Step = (labels: TextLabels) => TextLabels;

/**
 * Combines the label filters of one metric, from first to last; `undefined` if there are none.
 *
 * @returns throws a {@link LabelError} naming metric, label and filter if a label cannot be mapped.
 */
export function labelFilterOf(
  filters: readonly PlacedFilter[],
  metric: string,
): LabelFilter | undefined {
  const steps = filters
    .map((filter) => stepOf(filter, metric))
    .filter((step) => step !== undefined);
  if (steps.length === 0) return undefined;
  return ({ names, values }) => {
    const given: TextLabels = new Map(
      names.map((name, i) => [name, values[i]!]),
    );
    const labels = steps.reduce((before, step) => step(before), given);
    return canonicalLabels(Object.fromEntries(labels), metric);
  };
}

function stepOf(filter: PlacedFilter, metric: string): Step | undefined {
  const { renameLabels, dropLabels, mapLabels, defaultLabels } = filter;
  if (renameLabels !== undefined) return renaming(renameLabels);
  if (dropLabels !== undefined) return dropping(dropLabels);
  if (mapLabels !== undefined) return mapping(mapLabels, filter.path, metric);
  if (defaultLabels !== undefined) return adding(defaultLabels);
  return undefined;
}

/** All renames at once, so that two labels can swap names. */
function renaming(newNames: MetricFilterActions['renameLabels']): Step {
  const renames = Object.entries(newNames);
  return (labels) => {
    const others = [...labels].filter(
      ([name]) => !Object.hasOwn(newNames, name),
    );
    const renamed = renames
      .filter(([from]) => labels.has(from))
      .map(([from, to]) => [to, labels.get(from)!] as const);
    return new Map([...others, ...renamed]);
  };
}

function dropping(names: readonly string[]): Step {
  return (labels) =>
    new Map([...labels].filter(([name]) => !names.includes(name)));
}

function mapping(
  maps: MetricFilterActions['mapLabels'],
  path: string,
  metric: string,
): Step {
  return (labels) => {
    const result = new Map(labels);
    for (const [name, map] of Object.entries(maps)) {
      const value = labels.get(name);
      if (value === undefined) continue;
      const where = `label "${name}" of metric "${metric}"`;
      const mapped = mappedValue(map, value, `${path}.mapLabels`, where);
      if (isPresent(mapped)) result.set(name, String(mapped));
      else result.delete(name);
    }
    return result;
  };
}

/** @throws {LabelError} if the function throws or returns an invalid label value. */
function mappedValue(
  map: (value: string) => LabelValue,
  value: string,
  filter: string,
  where: string,
): LabelValue {
  let mapped: unknown;
  try {
    mapped = map(value);
  } catch (error) {
    throw new LabelError(`${filter} failed for ${where}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (mapped instanceof Promise) mapped.catch(() => {});
  if (!isLabelValue(mapped)) {
    throw new LabelError(
      `${filter} gave ${shown(mapped)} for ${where}; expected a string, number or boolean`,
    );
  }
  return mapped;
}

function isLabelValue(value: unknown): value is LabelValue {
  return (
    value === undefined ||
    value === null ||
    ['string', 'number', 'boolean'].includes(typeof value)
  );
}

function adding(defaults: MetricFilterActions['defaultLabels']): Step {
  const present = Object.entries(defaults).filter(([, value]) =>
    isPresent(value),
  );
  return (labels) => new Map([...present, ...labels]);
}
