import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  type FactoryProvider,
  type Provider,
  type ValueProvider,
} from '@nestjs/common';
import { Redacted } from '../core/redacted.js';
import type { MetricsOptions } from './metrics.options.js';

/** `forRoot()` and `forRootAsync()` as NestJS builds them for configurable modules. */
export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<MetricsOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMetricsOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({
    ...withRedactedOptions(definition),
    global: isGlobal ?? true,
  }))
  .build();

/** Implemented by the class of `forRootAsync({ useClass })` or `useExisting`. */
export interface MetricsOptionsFactory {
  /** Returns the options of the module. Called once, when the app starts. */
  createMetricsOptions(): MetricsOptions | Promise<MetricsOptions>;
}

/** Options of `MetricsModule.forRoot()`, `isGlobal` (default `true`) included. */
export type MetricsModuleOptions = typeof OPTIONS_TYPE;

/** Options of `MetricsModule.forRootAsync()`: `imports`, `inject` and one of `useFactory`, `useClass` and `useExisting`. */
export type MetricsModuleAsyncOptions = typeof ASYNC_OPTIONS_TYPE;

/** Options may contain secrets, and NestJS shows the values of providers: it gets them as `Redacted`. */
function withRedactedOptions(definition: DynamicModule): DynamicModule {
  const providers = definition.providers?.map((provider) =>
    'provide' in provider && provider.provide === MODULE_OPTIONS_TOKEN
      ? withRedactedValue(provider)
      : provider,
  );
  return { ...definition, providers: providers ?? [] };
}

function withRedactedValue(provider: Provider): Provider {
  const { provide, inject, useFactory, useValue } =
    provider as FactoryProvider & ValueProvider;
  if (useFactory === undefined) {
    return { provide, useValue: new Redacted(useValue) };
  }
  return {
    provide,
    inject: inject ?? [],
    useFactory: async (...args: unknown[]) =>
      new Redacted(await useFactory(...args)),
  };
}
