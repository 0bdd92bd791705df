import {
  Inject,
  Module,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { Readiness } from '../health/readiness.js';

/**
 * Tells the readiness when the app has started and when it stops. Hooks run module by
 * module; this module's hooks run last at the start and first at the stop.
 */
// Why: docs/decisions/endpoints.md, "Ready from the last hook to the first".
@Module({})
export class ReadinessModule
  implements OnModuleInit, OnApplicationBootstrap, OnModuleDestroy
{
  constructor(
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
    @Inject(ModulesContainer) modules: ModulesContainer,
  ) {
    for (const module of modules.values()) {
      if (module.metatype === ReadinessModule) module.distance = -Infinity;
    }
  }

  onModuleInit(): void {
    for (const readiness of this.all()) readiness.prepare();
  }

  onApplicationBootstrap(): void {
    for (const readiness of this.all()) readiness.start();
  }

  /** Runs before other modules close: during the grace period, requests still arrive. */
  async onModuleDestroy(): Promise<void> {
    await Promise.all(this.all().map((readiness) => readiness.stop()));
  }

  /** The readiness of each metrics module that imports this one. */
  private all(): Readiness[] {
    return this.moduleRef.get(Readiness, { strict: false, each: true });
  }
}
