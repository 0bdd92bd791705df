import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { MetricsOptions } from './metrics.options.js';

/** The parts of `forRoot()` and `forRootAsync()` that are the same in every configurable module. */
export const {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  OPTIONS_TYPE,
  ASYNC_OPTIONS_TYPE,
} = new ConfigurableModuleBuilder<MetricsOptions>()
  .setClassMethodName('forRoot')
  .setFactoryMethodName('createMetricsOptions')
  .setExtras({ isGlobal: true }, (definition, { isGlobal }) => ({
    ...definition,
    global: isGlobal ?? true,
  }))
  .build();

/** What a class given to `forRootAsync({ useClass })` or `useExisting` implements. */
export interface MetricsOptionsFactory {
  createMetricsOptions(): MetricsOptions | Promise<MetricsOptions>;
}

/** Options of `MetricsModule.forRoot()`, `isGlobal` (default `true`) included. */
export type MetricsModuleOptions = typeof OPTIONS_TYPE;

/** Options of `MetricsModule.forRootAsync()`: `imports`, `inject` and one of `useFactory`, `useClass` and `useExisting`. */
export type MetricsModuleAsyncOptions = typeof ASYNC_OPTIONS_TYPE;
