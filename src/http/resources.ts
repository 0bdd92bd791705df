/** What can be asked for over HTTP. */
export type Resource = 'metrics' | 'health' | 'live' | 'ready';

/** What Kubernetes and its like ask for. */
export type Probe = 'live' | 'ready';

/** Where each resource is; `false` for nowhere. */
export type Paths = Readonly<Record<Resource, string | false>>;

/** The probes stand below the health, and are not there without it. */
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

/** The resource at a path, if there is one. */
export function resourceAt(paths: Paths, path: string): Resource | undefined {
  return (Object.keys(paths) as Resource[]).find(
    (resource) => paths[resource] === path,
  );
}
