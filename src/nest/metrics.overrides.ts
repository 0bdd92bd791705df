import type { DynamicModule } from '@nestjs/common';
import type { MetricsOptions } from './metrics.options.js';

/** Makes the options of a test from those of the app. */
export type OptionsOverride = (options: MetricsOptions) => MetricsOptions;

/** The property of a module definition that overrides the options of the app. */
const OVERRIDE = Symbol('nestjs-agent-metrics:options-override');

/** The entry that `overrideModule(moduleToReplace).useModule(newModule)` makes. */
interface ModuleOverride {
  readonly moduleToReplace: unknown;
  readonly newModule?: {
    readonly module?: unknown;
    readonly [OVERRIDE]?: OptionsOverride;
  };
}

/** Adds an override to a definition of the module, for `overrideModule()` of NestJS' testing modules. */
export function withOverride(
  definition: DynamicModule,
  override: OptionsOverride,
): DynamicModule {
  return Object.defineProperty(definition, OVERRIDE, { value: override });
}

/**
 * The options of the app, or what a test makes of them with `overrideModule()`.
 *
 * @param loader NestJS' loader of lazy modules, which knows the overrides of the test.
 */
// Why: docs/decisions/testing.md, "overrideModule() changes the options of the app".
export function overriddenOptions(
  options: MetricsOptions,
  loader: object,
): MetricsOptions {
  const { moduleOverrides = [] } = loader as {
    readonly moduleOverrides?: readonly ModuleOverride[];
  };
  for (const { moduleToReplace, newModule } of moduleOverrides) {
    const override = newModule?.[OVERRIDE];
    if (override !== undefined && newModule?.module === moduleToReplace)
      return override(options);
  }
  return options;
}
