import type { ModulesContainer } from '@nestjs/core';
import type { MetricsCollector } from '../collector/metrics-collector.js';
import { OptionsError } from '../core/errors.js';

/**
 * Rejects a second global import: one of the two would record nothing.
 *
 * @throws {OptionsError} naming the modules that import it.
 */
export function checkSingleImport(
  container: ModulesContainer,
  metricsModule: Function,
): void {
  const all = [...container.values()];
  const { length } = all.filter(
    ({ metatype, isGlobal }) => metatype === metricsModule && isGlobal,
  );
  if (length < 2) return;
  const importers = all.filter(({ metatype }) =>
    importsOf(metatype).some((one) => one?.module === metricsModule),
  );
  const names = importers.map(({ name }) => name).join(', ');
  throw new OptionsError(
    `MetricsModule.forRoot() is imported ${length} times${names && `, by ${names}`}; import it once, in the root module. It is global: other modules need not import it`,
  );
}

/** The imports in `@Module()`. NestJS adds global modules to the imports of all modules, so its list does not show which module imports this one. */
function importsOf(
  metatype: Function,
): readonly ({ module?: unknown } | undefined)[] {
  return Reflect.getMetadata('imports', metatype) ?? [];
}

/**
 * Rejects an options factory that injects providers which depend on these options.
 *
 * @param injected the tokens in `inject` or in the constructor of `useClass`.
 * @param own the tokens that the module provides.
 * @throws {OptionsError} naming the token.
 */
export function checkInjected(
  injected: readonly unknown[],
  own: readonly unknown[],
): void {
  for (const one of injected) {
    const token = (one as { token?: unknown } | undefined)?.token ?? one;
    if (!own.includes(token)) continue;
    throw new OptionsError(
      `forRootAsync() injects ${(token as Function).name}, which is made from these options; leave it out, and use it where the app has started, for example in onModuleInit()`,
    );
  }
}

const INSTRUMENTS = ['counter', 'gauge', 'histogram', 'timer'] as const;

/** A warning if decorated calls cannot record to a test's replacement of the collector; else `undefined`. */
export function missingInstruments(
  replacement: Partial<MetricsCollector>,
): string | undefined {
  const missing = INSTRUMENTS.filter(
    (name) => typeof replacement[name] !== 'function',
  );
  if (missing.length === 0) return undefined;
  return `The collector that replaces MetricsCollector has no ${missing.join('(), ')}(): what is recorded through them is lost. Extend the class MetricsCollector if it matters`;
}
