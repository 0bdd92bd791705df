import type { OnApplicationBootstrap, OnModuleInit } from '@nestjs/common';
import type {
  ApplicationConfig,
  ExternalContextCreator,
  ModulesContainer,
} from '@nestjs/core';
import type { Warn } from '../../core/logger.js';
import {
  watchAdapter,
  watchMessageHandlers,
  WebSocketConnections,
} from './gateways.js';
import { measureResolvers } from './graphql-resolvers.js';
import { GuardRejections } from './guard-rejections.js';
import type { HandlerMetrics } from './handler-metrics.js';
import {
  hasHooks,
  measureMessages,
  watchMessages,
  watchUnmeasuredMicroservices,
} from './messages.js';
import { MetricsInterceptor } from './metrics.interceptor.js';
import { ScheduledJobs } from './scheduled-jobs.js';

/**
 * Measures all handlers of an app, over every transport. It recognises the packages of
 * transports by their metadata and by what they register in Nest, and imports none.
 */
export class HandlerInstrumentation
  implements OnModuleInit, OnApplicationBootstrap
{
  private readonly jobs: ScheduledJobs;

  /** Must run while Nest creates the app's providers: Nest reads global interceptors and patched methods after that. */
  constructor(
    private readonly handlers: HandlerMetrics,
    private readonly config: ApplicationConfig,
    private readonly modules: ModulesContainer,
    resolvers: ExternalContextCreator,
    warn: Warn,
  ) {
    this.jobs = new ScheduledJobs(modules, handlers);
    config.useGlobalInterceptors(new MetricsInterceptor(handlers));
    watchUnmeasuredMicroservices(config, modules, warn);
    measureResolvers(resolvers, handlers);
    this.captureMessages();
    this.runHooksFirst();
  }

  onModuleInit(): void {
    this.jobs.patchInstances();
  }

  onApplicationBootstrap(): void {
    this.jobs.restoreInstances();
  }

  private captureMessages(): void {
    const { config, handlers, modules } = this;
    const rejections = new GuardRejections(config, handlers);
    const connections = new WebSocketConnections(handlers.collector, modules);
    const isNest12 = hasHooks(config);
    if (isNest12) measureMessages(config, handlers);
    else watchMessages(modules, rejections);
    watchAdapter(config, (adapter) => {
      connections.watch(adapter);
      // On NestJS 11 gateways have neither global guards nor global interceptors.
      if (!isNest12) return;
      rejections.installFirst();
      watchMessageHandlers(adapter, rejections);
    });
  }

  /** Nest runs hooks module by module, the most distant first. */
  private runHooksFirst(): void {
    for (const module of this.modules.values()) {
      if (module.providers.has(HandlerInstrumentation))
        module.distance = Infinity;
    }
  }
}
