import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Instrumentation } from './instrumentation.js';
import { attach, isMeasured } from './measured-class.js';

/**
 * Nest does not inject properties into what a factory or a value provides. At
 * start-up this gives the instrumentation to those instances.
 */
@Injectable()
export class ProviderBinder implements OnModuleInit {
  constructor(
    private readonly modules: ModulesContainer,
    private readonly instrumentation: Instrumentation,
  ) {}

  onModuleInit(): void {
    for (const { providers } of this.modules.values()) {
      for (const { isNotMetatype, instance } of providers.values()) {
        if (isNotMetatype && isObject(instance) && isMeasured(instance)) {
          attach(instance, this.instrumentation);
        }
      }
    }
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
