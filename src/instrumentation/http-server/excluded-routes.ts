import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { copyMethodProperties } from '../measured-method.js';
import { excludeClass, isExcludedHandler } from '../no-metrics.js';

/** The metadata of a method with the path of `@Get()` and the like. */
export const ROUTE_PATH = 'path';

/** The metadata of a method with the route's `config`, by `@RouteConfig()` of Nest's Fastify adapter. */
const FASTIFY_ROUTE_CONFIG = '__fastify_route_config__';

/** The property of that `config` that marks an excluded route. */
const EXCLUDED = Symbol('nestjs-agent-metrics:excluded-route');

type Methods = Record<string, (...args: unknown[]) => unknown>;

/** Marks the routes that `@NoMetrics()` excludes. Must run before Nest registers its routes. */
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
  copyMethodProperties(method, route);
  excludeClass(route);
  const config: object = Reflect.getMetadata(FASTIFY_ROUTE_CONFIG, route) ?? {};
  Reflect.defineMetadata(
    FASTIFY_ROUTE_CONFIG,
    { ...config, [EXCLUDED]: true },
    route,
  );
  return route;
}
