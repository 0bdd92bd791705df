/** What can be requested over HTTP. */
export type Resource = 'metrics' | 'health' | 'live' | 'ready';

/** What Kubernetes and load balancers request. */
export type Probe = 'live' | 'ready';

/** The path of each resource; `false` if it is not served. */
export type Paths = Readonly<Record<Resource, string | false>>;

/** The paths of the pages. The probes are below the health, and are not served without it. */
export function pathsOf(
  metrics: string | false,
  health: string | false,
): Paths {
  return {
    metrics,
    health,
    live: health && `${health}/live`,
    ready: health && `${health}/ready`,
  };
}

/**
 * The resource that a request target asks for, if there is one. Proxies may send a whole URL
 * (absolute form: RFC 9112, section 3.2.2).
 */
// Why: docs/decisions/endpoints.md, "Paths are compared as they were sent".
export function resourceAt(paths: Paths, target: string): Resource | undefined {
  const [path] = target
    .replace(/^https?:\/\/[^/?#]*/i, '')
    .split(/[?#]/, 1) as [string];
  return (Object.keys(paths) as Resource[]).find(
    (resource) => paths[resource] === path,
  );
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
