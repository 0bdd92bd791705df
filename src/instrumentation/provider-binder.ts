import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { Instrumentation } from './instrumentation.js';
import { attach, isMeasured } from './measured-class.js';
import { INSTRUMENTATION } from '../model/shared.js';

/**
 * Nest does not inject properties into what a factory or a value provides. At
 * start-up this gives the instrumentation to those instances.
 */
@Injectable()
export class ProviderBinder implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    @Inject(INSTRUMENTATION)
    private readonly instrumentation: Instrumentation | undefined,
  ) {}

  onModuleInit(): void {
    if (this.instrumentation === undefined) return;
    for (const { providers } of this.modules.values()) {
      for (const { isNotMetatype, instance } of providers.values()) {
        if (isNotMetatype) bind(instance, this.instrumentation);
      }
    }
  }
}

/** What users provide may be anything, also something that does not let itself be looked at. */
function bind(instance: unknown, instrumentation: Instrumentation): void {
  try {
    if (isMeasured(instance)) attach(instance, instrumentation);
  } catch {
    // It goes unmeasured.
  }
}
