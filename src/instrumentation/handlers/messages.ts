import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { GuardRejections } from './guard-rejections.js';
import type { HandlerMetrics } from './handler-metrics.js';
import { patchMethod } from '../../core/patch-method.js';

/** Whether this is NestJS 12, whose hooks see a message from outside of its guards, pipes and filters. */
export function hasHooks(config: ApplicationConfig): boolean {
  return 'registerPreRequestHook' in config;
}

/** Measures the messages and events of microservices, whatever their transport. */
export function measureMessages(
  config: ApplicationConfig,
  handlers: HandlerMetrics,
): void {
  config.registerPreRequestHook((context, next) => {
    const recorder = handlers.take(context);
    return recorder === undefined
      ? next()
      : recorder.call(() => next(), undefined, context.getArgs());
  });
}

type MessageHandler = (...args: unknown[]) => unknown;

/** What all servers of `@nestjs/microservices` have. */
interface MessageServer {
  getHandlerByPattern(pattern: string): MessageHandler | null;
}

/** Sees which messages guards turn away on NestJS 11, which has no hooks; the others are the interceptor's. */
export function watchMessages(
  modules: ModulesContainer,
  rejections: GuardRejections,
): void {
  modules.getRpcTargetRegistry<Partial<MessageServer>>().subscribe((server) => {
    if (typeof server?.getHandlerByPattern !== 'function') return;
    rejections.standFirst();
    watchServer(server as MessageServer, rejections);
  });
}

function watchServer(server: MessageServer, rejections: GuardRejections): void {
  const watched = new WeakMap<MessageHandler, MessageHandler>();
  const watch = (handler: MessageHandler) => {
    let watching = watched.get(handler);
    if (watching === undefined) {
      // Servers read properties of their handlers, e.g. `isEventHandler`.
      watching = Object.assign(rejections.watch(handler), handler);
      watched.set(handler, watching);
    }
    return watching;
  };
  patchMethod(server, 'getHandlerByPattern', (find) => (...args) => {
    const handler = Reflect.apply(find, server, args);
    return handler && watch(handler);
  });
}
