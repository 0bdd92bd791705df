import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { takeOver } from '../measured-method.js';
import { excludeClass, isExcludedHandler } from '../no-metrics.js';

/** Where Nest's `@Get()` and the like leave the path, on the method. */
export const ROUTE_PATH = 'path';

/** Where `@RouteConfig()` of Nest's Fastify adapter leaves what becomes the `config` of the route, on the method. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';

/** In that `config`, the mark of an excluded route. */
const EXCLUDED = Symbol('nestjs-agent-metrics:excluded-route');

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Marks the routes that `@NoMetrics()` excludes. To be called before Nest puts its routes on the adapter. */
// Why: docs/decisions/http.md, "`@NoMetrics()` marks the route".
export function markExcludedRoutes(modules: ModulesContainer): void {
  for (const { controllers } of modules.values()) {
    for (const { instance, metatype } of controllers.values()) {
      if (typeof metatype === 'function' && instance) {
        markController(instance as Methods, metatype);
      }
    }
  }
}

export function isExcludedRoute(config: object): boolean {
  return EXCLUDED in config;
}

function markController(instance: Methods, controller: Function): void {
  const names = new MetadataScanner().getAllMethodNames(controller.prototype);
  for (const name of names) {
    const method = instance[name];
    const isRoute =
      typeof method === 'function' && Reflect.hasMetadata(ROUTE_PATH, method);
    if (!isRoute || !isExcludedHandler(controller, method)) continue;
    Reflect.defineProperty(instance, name, {
      value: marked(method),
      configurable: true,
      writable: true,
    });
  }
}

function marked(method: Methods[string]): Methods[string] {
  const { route } = {
    route(this: unknown, ...args: unknown[]): unknown {
      return method.apply(this, args);
    },
  } as Record<'route', Methods[string]>;
  takeOver(method, route);
  excludeClass(route);
  const config: object = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, route) ?? {};
  Reflect.defineMetadata(
    FASTIFY_ROUTE_CONFIG,
    { ...config, [EXCLUDED]: true },
    route,
  );
  return route;
}
