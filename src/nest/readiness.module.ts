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
 * Tells the readiness when the app has started and when it stops. Hooks run module by
 * module; this module's hooks run last at the start and first at the stop.
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

  /** Runs before other modules close: during the grace period, requests still arrive. */
  onModuleDestroy(): Promise<void> {
    return this.readiness.stop();
  }
}
