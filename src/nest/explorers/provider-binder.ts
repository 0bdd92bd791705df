import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import {
  classesOf,
  type Module,
  type ProvidedValue,
  valuesOf,
} from './app-classes.js';
import type { Instrumentation } from '../../instrumentation/instrumentation.js';
import { LazyModules } from './lazy-modules.js';
import { attach } from '../../instrumentation/measured-class.js';
import { MAX_VALUES, measuredValues } from './measured-values.js';
import { catchAndReport, report } from '../../core/catch-and-report.js';
import { INSTRUMENTATION } from '../../core/shared-state.js';

/**
 * Nest does not inject properties into what a factory or a value provides. At start-up,
 * and when modules are loaded later, this gives the instrumentation to those instances.
 */
@Injectable()
export class ProviderBinder implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly lazyModules: LazyModules,
    @Inject(INSTRUMENTATION)
    private readonly instrumentation: Instrumentation | undefined,
  ) {}

  /** @throws {MetricsError} if decorators do not agree, or one has a mistake that shows only now. */
  onModuleInit(): void {
    const { instrumentation } = this;
    if (instrumentation === undefined) return;
    bindAll(instrumentation, [...this.modules.values()], false);
    this.lazyModules.onLoad((modules) =>
      bindAll(instrumentation, modules, true),
    );
  }
}

function bindAll(
  instrumentation: Instrumentation,
  modules: readonly Module[],
  isLate: boolean,
): void {
  const found = new Set(
    valuesOf(modules).flatMap((value) => instancesIn(value, instrumentation)),
  );
  const classes = [...found].map(({ constructor }) => constructor);
  const all = [...classesOf(modules), ...classes];
  instrumentation.declare(all, isLate);
  instrumentation.start(all);
  for (const instance of found) {
    catchAndReport(instrumentation.collector, 'unmeasured', () =>
      attach(instance, instrumentation),
    );
  }
}

function instancesIn(
  { token, value }: ProvidedValue,
  { collector }: Instrumentation,
): readonly object[] {
  const { instances, isCut } = measuredValues(value);
  if (isCut && instances.length > 0) {
    const error = new Error(
      `Provider ${token} has more than ${MAX_VALUES} values; decorated instances beyond them are not measured. Provide them by tokens of their own`,
    );
    report(collector, 'unmeasured', error, token);
  }
  return instances;
}
