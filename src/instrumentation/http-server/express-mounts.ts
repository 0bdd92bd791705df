import { patchMethod } from '../../core/patch-method.js';
import {
  addedLayers,
  type ExpressApplication,
  type ExpressLayer,
  type ExpressRoute,
  type ExpressRouter,
} from './express-app.js';

/** A mounted function. Noted here, as Express keeps the paths of mounts only from version 2.3 of the package `router` on. */
interface Mount {
  /** Strings and regular expressions. */
  readonly paths: readonly unknown[];
  /** The router of the mounted function, if that is a router or an application. */
  readonly router: ExpressRouter | undefined;
}

/** A mounted function or route that may have answered a request. */
interface Place {
  readonly template: string;
  /** How certain it is that the route has answered. */
  readonly certainty: Certainty;
  /** The layer of the application that leads to the route. */
  readonly layer: ExpressLayer;
}

enum Certainty {
  /** The URL is longer than the mount path, and the rest is unknown. */
  Begins,
  MatchesPattern,
  MatchesText,
  HasRoute,
}

/** The functions mounted on an Express application by `use()`. */
// Why: docs/decisions/http.md, "The route of a mounted router has its mount path".
export class ExpressMounts {
  private readonly mounts = new WeakMap<ExpressLayer, Mount>();
  private watchers = 0;
  private stopWatching = () => {};

  constructor(private readonly app: ExpressApplication) {}

  /** Notes the paths of mounts from now on. Returns a function that stops noting. */
  watch(): () => void {
    if (this.watchers++ === 0) this.start();
    return () => {
      if (--this.watchers === 0) this.stopWatching();
    };
  }

  /**
   * Finds the mounted function or route that has answered a request.
   *
   * @param base the part of its URL that mount paths have matched.
   * @param route the last route that matched.
   */
  find(
    layers: readonly ExpressLayer[],
    base: string,
    route: ExpressRoute | undefined,
  ): Place | undefined {
    let best: Place | undefined;
    for (const place of this.places(layers, base, route)) {
      // Of several, the last one has answered: the others have called next().
      if (best === undefined || place.certainty >= best.certainty) best = place;
    }
    return best;
  }

  /** The template of a route, with the paths that its router is mounted at; `undefined` if there is not exactly one. */
  templateOf(route: ExpressRoute): string | undefined {
    const all = new Set(this.templates(this.app.router, route));
    return all.size === 1 ? [...all][0] : undefined;
  }

  private start(): void {
    patchMethod(this.app, 'use', (use, restore) => {
      this.stopWatching = restore;
      return (...args: unknown[]) => {
        const [result, layers] = addedLayers(this.app, () =>
          Reflect.apply(use, this.app, args),
        );
        this.note(layers, args.flat(Infinity));
        return result;
      };
    });
  }

  private note(layers: readonly ExpressLayer[], args: unknown[]): void {
    const paths = args.filter((arg) => typeof arg !== 'function');
    const functions = args.filter((arg) => typeof arg === 'function');
    layers.forEach((layer, i) =>
      this.mounts.set(layer, { paths, router: routerOf(functions[i]) }),
    );
  }

  private mountOf(layer: ExpressLayer): Mount {
    return (
      this.mounts.get(layer) ?? {
        paths: [layer.rawPath].flat(),
        router: routerOf(layer.handle),
      }
    );
  }

  private *places(
    layers: readonly ExpressLayer[],
    base: string,
    route: ExpressRoute | undefined,
  ): Generator<Place> {
    for (const layer of layers) {
      if (layer.route !== undefined) {
        if (base !== '' || layer.route !== route) continue;
        const template = textOf(route.path);
        yield { template, certainty: Certainty.HasRoute, layer };
        continue;
      }
      const { paths, router } = this.mountOf(layer);
      for (const { prefix, matched } of prefixes(layer, paths, base)) {
        const rest = base.slice(matched.length);
        if (!layer.slash) {
          const certainty = certaintyOf(prefix, matched, rest);
          yield { template: prefix, certainty, layer };
        }
        for (const inner of this.places(router?.stack ?? [], rest, route)) {
          yield { ...inner, template: joined(prefix, inner.template), layer };
        }
      }
    }
  }

  private *templates(
    { stack }: ExpressRouter,
    route: ExpressRoute,
  ): Generator<string> {
    for (const layer of stack) {
      if (layer.route === route) yield textOf(route.path);
      if (layer.route !== undefined) continue;
      const { paths, router } = this.mountOf(layer);
      if (router === undefined) continue;
      const mountPaths = layer.slash ? [''] : paths.map(textOf);
      for (const inner of this.templates(router, route)) {
        for (const path of mountPaths) yield joined(path, inner);
      }
    }
  }
}

/** The paths of a mount that match the start of a URL, with the matched text. */
function prefixes(
  { slash, matchers }: ExpressLayer,
  paths: readonly unknown[],
  url: string,
): { prefix: string; matched: string }[] {
  if (slash) return [{ prefix: '', matched: '' }];
  return matchers.flatMap((match, i) => {
    const matched = matchedBy(match, url);
    const isWhole = matched !== '' && /^(\/|$)/.test(url.slice(matched.length));
    return isWhole && paths[i] !== undefined
      ? [{ prefix: textOf(paths[i]), matched }]
      : [];
  });
}

/** Express decodes the values of parameters, which fails for malformed URLs. */
function matchedBy(match: ExpressLayer['matchers'][number], url: string) {
  try {
    const found = match(url);
    return found === false ? '' : found.path;
  } catch {
    return '';
  }
}

function certaintyOf(prefix: string, matched: string, rest: string): Certainty {
  if (rest !== '') return Certainty.Begins;
  return prefix.toLowerCase() === matched.toLowerCase()
    ? Certainty.MatchesText
    : Certainty.MatchesPattern;
}

function routerOf(mounted: any): ExpressRouter | undefined {
  if (Array.isArray(mounted?.stack)) return mounted;
  const isApplication =
    typeof mounted?.handle === 'function' && typeof mounted.set === 'function';
  return isApplication && Array.isArray(mounted.router?.stack)
    ? mounted.router
    : undefined;
}

function textOf(path: unknown): string {
  return typeof path === 'string' ? path.replace(/\/+$/, '') : String(path);
}

function joined(prefix: string, path: string): string {
  return path === '' || /^[/{]/.test(path)
    ? prefix + path
    : `${prefix}/${path}`;
}
