/** What is below the live page, as routes of each framework. */
const BELOW = { express: '/{*rest}', fastify: '/*' } as const;

/** All routes that the live page may have, in any framework. */
export function routesOf(path: string): string[] {
  return [path, ...Object.values(BELOW).map((below) => path + below)];
}

/** The route of everything below the live page, by the type of the HTTP adapter. */
export function routeBelow(path: string, adapter: string | undefined): string {
  return path + (adapter === 'fastify' ? BELOW.fastify : BELOW.express);
}
