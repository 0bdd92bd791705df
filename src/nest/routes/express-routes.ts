import type { HttpServer } from '@nestjs/common';
import { sharedWeakMap } from '../../core/shared-state.js';
import { aroundFallbacks } from '../../instrumentation/http-server/express-origins.js';

/** The members of a layer of Express' router that are used here. The layer has a route. */
interface RouteLayer {
  readonly route: { readonly path: unknown };
  /** One function for each path of the route; its result is truthy if the path matches. */
  readonly matchers: readonly ((path: string) => unknown)[];
}

/** A route of the app that matches a path of the module's. */
export interface Conflict {
  /** The path or pattern of the route. */
  readonly route: string;
  /** `same`: the same path, perhaps in another spelling; `module`: of another `MetricsModule`; `pattern`: a pattern that matches the path among others. */
  readonly kind: 'same' | 'module' | 'pattern';
  /** Whether the route comes before the module's own route. */
  readonly isFirst: boolean;
}

/**
 * The routes that the app did not declare: those of metrics modules, also of other
 * copies of this package, and those that Nest adds for requests without a route.
 */
const addedRoutes = sharedWeakMap<object, 'module' | 'fallback'>(
  'express-routes',
);

/** Paths that only a route for all paths matches. */
const UNLIKELY = ['/nestjs-agent-metrics', '/nestjs-agent-metrics/a/b'];

/** The routes that a module has added to an Express application. On other adapters it finds no conflicts. */
export class ExpressRoutes {
  /** The module's own routes by path. */
  private readonly own = new Map<string, RouteLayer>();

  constructor(private readonly adapter: HttpServer) {
    // Nest adds fallback routes for the paths that a global prefix excludes.
    aroundFallbacks(adapter, (add) => void this.addNoted('fallback', add));
  }

  /** Adds a route for all methods. */
  add(path: string, handler: (request: any, response: any) => unknown): void {
    const added = this.addNoted('module', () =>
      this.adapter.all(path, handler),
    );
    for (const layer of added) this.own.set(path, layer);
  }

  /** The app's routes that match a path of the module's. A route for all paths is no conflict. */
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
          kind: kindOfConflict(layer, matched),
          isFirst: layers.indexOf(layer) < layers.indexOf(own!),
        };
      });
  }

  /** Adds routes, and notes their origin. */
  private addNoted(
    origin: 'module' | 'fallback',
    add: () => unknown,
  ): RouteLayer[] {
    const before = new Set(this.layers());
    add();
    const added = this.layers().filter((layer) => !before.has(layer));
    for (const { route } of added) addedRoutes.set(route, origin);
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
  return !isForAll && addedRoutes.get(route) !== 'fallback';
}

/** The path of a route that matches, by Express' own matchers: they follow its settings for case and trailing slashes. */
function matchedPath(
  { route, matchers }: RouteLayer,
  path: string,
): string | RegExp | undefined {
  const paths = [route.path].flat(Infinity) as (string | RegExp)[];
  return paths.find((_one, i) => Boolean(matchers[i]?.(path)));
}

function kindOfConflict(
  { route }: RouteLayer,
  matched: string | RegExp,
): Conflict['kind'] {
  if (addedRoutes.get(route) === 'module') return 'module';
  const isPattern = typeof matched !== 'string' || /[:*]/.test(matched);
  return isPattern ? 'pattern' : 'same';
}
