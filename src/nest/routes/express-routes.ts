import type { HttpServer } from '@nestjs/common';
import { sharedWeakMap } from '../../core/shared-state.js';
import { aroundFallbacks } from '../../instrumentation/http-server/express-origins.js';

/** A layer of Express' router with a route, as far as it is used here. */
interface RouteLayer {
  readonly route: { readonly path: unknown };
  /** One for each path. */
  readonly matchers: readonly ((path: string) => unknown)[];
}

/** A route of the app that answers at a path of the module's, or is hidden there. */
export interface Conflict {
  /** Its path or pattern. */
  readonly route: string;
  /** `same`: the same path, perhaps in another spelling; `module`: of another `MetricsModule`; `pattern`: a pattern that matches the path among others. */
  readonly kind: 'same' | 'module' | 'pattern';
  /** Whether it comes before the module's own route. */
  readonly isFirst: boolean;
}

/**
 * The routes that are none of an app's own: those of metrics modules, also of other
 * copies of this package, and those that Nest adds for what nothing answers.
 */
const knownRoutes = sharedWeakMap<object, 'module' | 'fallback'>(
  'express-routes',
);

/** A path that no app has a route for, and one below it. */
const UNLIKELY = ['/nestjs-agent-metrics', '/nestjs-agent-metrics/a/b'];

/** The routes that a module has put on an Express application. On other adapters it knows of none, and finds no conflicts. */
export class ExpressRoutes {
  /** By path. */
  private readonly own = new Map<string, RouteLayer>();

  constructor(private readonly adapter: HttpServer) {
    // Nest adds routes for the paths that a global prefix excludes.
    aroundFallbacks(adapter, (add) => void this.note('fallback', add));
  }

  /** Adds a route for all methods. */
  add(path: string, handler: (request: any, response: any) => unknown): void {
    const added = this.note('module', () => this.adapter.all(path, handler));
    for (const layer of added) this.own.set(path, layer);
  }

  /** The other routes that match a path of the module's. A route for all paths is no conflict. */
  // Why: docs/decisions/endpoints.md, "The same path is an error, a parameter a warning".
  conflictsAt(path: string): Conflict[] {
    const layers = this.layers();
    const own = this.own.get(path);
    const ours = new Set(this.own.values());
    return layers
      .filter((layer) => !ours.has(layer) && isOfApp(layer))
      .flatMap((layer) => {
        const matched = matchedPath(layer, path);
        if (matched === undefined) return [];
        return {
          route: String(matched),
          kind: kindOf(layer, matched),
          isFirst: layers.indexOf(layer) < layers.indexOf(own!),
        };
      });
  }

  private note(what: 'module' | 'fallback', add: () => unknown): RouteLayer[] {
    const before = new Set(this.layers());
    add();
    const added = this.layers().filter((layer) => !before.has(layer));
    for (const { route } of added) knownRoutes.set(route, what);
    return added;
  }

  private layers(): RouteLayer[] {
    if (this.adapter.getType?.() !== 'express') return [];
    const layers: (Partial<RouteLayer> & object)[] =
      this.adapter.getInstance?.().router?.stack ?? [];
    return layers.filter((layer): layer is RouteLayer => Boolean(layer.route));
  }
}

function isOfApp({ route, matchers }: RouteLayer): boolean {
  const isForAll = matchers.some((match) =>
    UNLIKELY.every((path) => match(path)),
  );
  return !isForAll && knownRoutes.get(route) !== 'fallback';
}

/** The path of a route that matches, as Express does it: letters and a slash at the end count as the app has set it. */
function matchedPath(
  { route, matchers }: RouteLayer,
  path: string,
): string | RegExp | undefined {
  const paths = [route.path].flat(Infinity) as (string | RegExp)[];
  return paths.find((_one, i) => Boolean(matchers[i]?.(path)));
}

function kindOf(
  { route }: RouteLayer,
  matched: string | RegExp,
): Conflict['kind'] {
  if (knownRoutes.get(route) === 'module') return 'module';
  const isPattern = typeof matched !== 'string' || /[:*]/.test(matched);
  return isPattern ? 'pattern' : 'same';
}
