import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { followerOf } from '../calls/follow.js';
import type { HandlerMetrics } from './handler-metrics.js';
import { copyMethodProperties } from '../measured-method.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { patchMethod } from '../../core/patch-method.js';

/** The metadata of a method with its kind of job in `@nestjs/schedule`. */
const JOB_TYPE = 'SCHEDULER_TYPE';

type Methods = Record<string, (...args: any[]) => unknown>;

/** Measures the runs of cron, interval and timeout methods. */
// Why: docs/decisions/instrumentation.md, "Scheduled jobs are measured on the instances".
export class ScheduledJobs {
  private readonly scanner = new MetadataScanner();
  private restores: (() => void)[] = [];

  constructor(
    private readonly modules: ModulesContainer,
    private readonly handlers: HandlerMetrics,
  ) {}

  /** Patches the methods of jobs. Must run before the scheduler reads them, in its `onModuleInit()`. */
  patchInstances(): void {
    for (const { providers, controllers } of this.modules.values()) {
      for (const { instance } of [
        ...providers.values(),
        ...controllers.values(),
      ]) {
        catchAndReport(
          this.handlers.collector,
          'transport',
          () => this.patchMethodsOf(instance),
          'scheduled jobs',
        );
      }
    }
  }

  /** Removes the patches, once the scheduler has read the methods. */
  restoreInstances(): void {
    for (const restore of this.restores) restore();
    this.restores = [];
  }

  private patchMethodsOf(instance: unknown): void {
    if (typeof instance !== 'object' || instance === null) return;
    const prototype = Object.getPrototypeOf(instance) as Methods | null;
    for (const name of this.scanner.getAllMethodNames(prototype)) {
      if (Reflect.hasMetadata(JOB_TYPE, prototype![name]!)) {
        this.patchJob(instance as Methods, name);
      }
    }
  }

  private patchJob(instance: Methods, name: string): void {
    const recorder = this.handlers.recorder(
      instance.constructor,
      instance[name]!,
      'schedule',
    );
    if (recorder === undefined) return;
    patchMethod(instance, name, (method, restore) => {
      this.restores.push(restore);
      const followResult = followerOf(method);
      const { measured } = {
        measured(this: unknown, ...args: unknown[]): unknown {
          return recorder.call(method, this, args, followResult);
        },
      } as Record<'measured', Methods[string]>;
      copyMethodProperties(method, measured);
      return measured;
    });
  }
}
