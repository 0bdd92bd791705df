const METHODS = ['GET', 'POST', 'PUT'];
const ROUTES = ['/agents', '/agents/:id', '/runs', '/runs/:id/steps'];
const STATUSES = ['200', '404', '500'];

/** The three label names, for clients that need them declared. */
export const NAMES = ['method', 'route', 'status'];

/** Three labels that are always the same ("steady"), or 36 sets of them in turn ("cycling"). */
export function labelSets(how) {
  const sets = METHODS.flatMap((method) =>
    ROUTES.flatMap((route) =>
      STATUSES.map((status) => ({ method, route, status })),
    ),
  );
  return how === 'steady' ? sets.slice(0, 1) : sets;
}

/** 1024 durations from 0.1 ms to 20 s, in an order of their own but always the same. */
export const VALUES = Array.from(
  { length: 1024 },
  (_, i) => 0.0001 * 200_000 ** (((i * 389) % 1024) / 1023),
);

/** The nearest thing to nothing: nested Maps to a cell, written by hand for these three labels. */
export function nestedMaps(sets, newCell) {
  const root = new Map();
  for (const { method, route, status } of sets) {
    if (!root.has(method)) root.set(method, new Map());
    const byRoute = root.get(method);
    if (!byRoute.has(route)) byRoute.set(route, new Map());
    byRoute.get(route).set(status, newCell());
  }
  return root;
}

/** Every cell in nested Maps. */
export function cellsOf(root) {
  return [...root.values()].flatMap((byRoute) =>
    [...byRoute.values()].flatMap((byStatus) => [...byStatus.values()]),
  );
}

/** A histogram's cell by hand, its sum a double from the start. */
export function bareHistogram(bounds) {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  return { sum: 0.5, counts, bounds: [...bounds] };
}

/** The least that observing can be: a search, an increment, an addition. */
export function observeBare(cell, value) {
  const { bounds } = cell;
  let i = 0;
  while (i < bounds.length && bounds[i] < value) i++;
  cell.counts[i]++;
  cell.sum += value;
}

export function countOf({ counts }) {
  return counts.reduce((a, b) => a + b);
}
