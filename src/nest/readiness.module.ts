import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { Readiness } from '../health/readiness.js';

/**
 * Knows when the start of an app has ended, and when its end begins. Hooks run
 * module by module: this one is the last at the start, and the first at the end.
 */
// Why: docs/decisions/endpoints.md, "Ready from the last hook to the first".
@Module({ providers: [Readiness], exports: [Readiness] })
export class ReadinessModule
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  constructor(
    @Inject(Readiness) private readonly readiness: Readiness,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    for (const module of modules.values()) {
      if (module.metatype === ReadinessModule) module.distance = -Infinity;
    }
  }

  onModuleInit(): void {
    this.readiness.prepare();
  }

  onApplicationBootstrap(): void {
    this.readiness.start();
  }

  /** Before anything is closed that requests need: until the grace is over, they still come. */
  onModuleDestroy(): Promise<void> {
    return this.readiness.stop();
  }
}
