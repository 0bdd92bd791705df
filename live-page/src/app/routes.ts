import type { Query } from '../api/base.js';

export type ViewName =
  'overview' | 'agents' | 'models' | 'http' | 'metrics' | 'system';

export interface View {
  readonly name: ViewName;
  readonly label: string;
  /** The label on a phone, where all views fit on one line. */
  readonly short: string;
}

/** In the order of the keys 1 to 6. */
export const VIEWS: readonly View[] = [
  { name: 'overview', label: 'Overview', short: 'Overview' },
  { name: 'agents', label: 'Agents', short: 'Agents' },
  { name: 'models', label: 'Models & tools', short: 'Models' },
  { name: 'http', label: 'HTTP & messages', short: 'HTTP' },
  { name: 'metrics', label: 'Metrics', short: 'Metrics' },
  { name: 'system', label: 'System', short: 'System' },
];

/** What the page shows: a view, and one agent or metric of it. */
export interface Route {
  readonly view: ViewName;
  readonly name: string | null;
}

/** The route in a fragment: `#/`, `#/agents`, `#/agents/Refunds`, `#/metrics/up`. */
export function parseRoute(hash: string): Route {
  const [, view = '', ...rest] = hash.split('/');
  const known = VIEWS.find(({ name }) => name === view);
  const name = rest.length > 0 ? decode(rest.join('/')) : null;
  return known ? { view: known.name, name } : { view: 'overview', name: null };
}

/** A fragment that was typed may not be encoded. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export const viewHref = (view: ViewName): string =>
  view === 'overview' ? '#/' : `#/${view}`;

export const agentHref = (name: string): string => `#/agents/${encoded(name)}`;

export const metricHref = (name: string): string =>
  `#/metrics/${encoded(name)}`;

/** encodeURIComponent() throws for half of a surrogate pair. */
const encoded = (name: string): string =>
  encodeURIComponent(name.toWellFormed());

const query = (view: string, parameters: Query['parameters'] = {}): Query => ({
  view,
  key: [view, parameters['name'] ?? ''].join('/'),
  parameters,
});

/** The answers that a route needs. */
export function queriesOf(
  { view, name }: Route,
  filter: string,
): readonly Query[] {
  if (view === 'agents' && name !== null) return [query('agent', { name })];
  if (view !== 'metrics') return [query(view)];
  const metric = name === null ? [] : [query('metric', { name, filter })];
  return [query('metrics'), ...metric];
}
