/** What can be requested over HTTP. */
export type Resource = 'metrics' | 'health' | 'live' | 'ready' | 'live_page';

/** What has options of access of its own. Probes are answered as the health is, without credentials. */
export type Page = 'metrics' | 'health' | 'live_page';

/** What Kubernetes and load balancers request. */
export type Probe = 'live' | 'ready';

/** The path of each resource; `false` if it is not served. */
export type Paths = Readonly<Record<Resource, string | false>>;

/** The paths of the pages. The probes are below the health, and are not served without it. */
export function pathsOf(
  metrics: string | false,
  health: string | false,
  livePage: string | false = false,
): Paths {
  return {
    metrics,
    health,
    live: health && `${health}/live`,
    ready: health && `${health}/ready`,
    live_page: livePage,
  };
}

/**
 * The resource that a request target asks for, if there is one. Proxies may send a whole URL
 * (absolute form: RFC 9112, section 3.2.2).
 */
// Why: docs/decisions/endpoints.md, "Paths are compared as they were sent".
export function resourceAt(paths: Paths, target: string): Resource | undefined {
  const path = pathOf(target);
  const found = (Object.keys(paths) as Resource[]).find(
    (resource) => paths[resource] === path,
  );
  if (found !== undefined || paths.live_page === false) return found;
  return path.startsWith(`${paths.live_page}/`) ? 'live_page' : undefined;
}

/** The path of a request target, as it was sent. */
export function pathOf(target: string): string {
  const [path] = target
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .split(/[?#]/, 1) as [string];
  return path;
}

/** The page that a resource belongs to. */
export function pageOf(resource: Resource): Page {
  return isProbe(resource) ? 'health' : resource;
}

/** Whether a resource is a probe. Kubelets and load balancers request probes, and have no credentials. */
export function isProbe(resource: Resource): resource is Probe {
  return resource === 'live' || resource === 'ready';
}

/** The metric names that a request target asks for in `?name[]=`, which may be repeated; `undefined` if there are none. */
export function requestedNames(target = ''): string[] | undefined {
  const [, query = ''] = target.split(/\?(.*)/s, 2);
  const names = new URLSearchParams(query).getAll('name[]');
  return names.length === 0 ? undefined : [...new Set(names)].sort();
}
