import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { GuardRejections } from './guard-rejections.js';
import type { HandlerMetrics } from './handler-metrics.js';
import type { Warn } from '../../core/logger.js';
import { patchMethod } from '../../core/patch-method.js';

/** Whether this is NestJS 12, whose pre-request hooks run around guards, pipes and filters. */
export function hasHooks(config: ApplicationConfig): boolean {
  return 'registerPreRequestHook' in config;
}

/** Measures the messages and events of microservices, over every transport. */
export function measureMessages(
  config: ApplicationConfig,
  handlers: HandlerMetrics,
): void {
  config.registerPreRequestHook((context, next) => {
    const recorder = handlers.claimRecorder(context);
    return recorder === undefined
      ? next()
      : recorder.call(() => next(), undefined, context.getArgs());
  });
}

type MessageHandler = (...args: unknown[]) => unknown;

/** The methods of all servers of `@nestjs/microservices`. */
interface MessageServer {
  getHandlerByPattern(pattern: string): MessageHandler | null;
  addHandler(...args: unknown[]): unknown;
  listen(...args: unknown[]): unknown;
}

/** Records the messages that guards reject on NestJS 11, which has no hooks; the interceptor records the others. */
export function watchMessages(
  modules: ModulesContainer,
  rejections: GuardRejections,
): void {
  modules.getRpcTargetRegistry<Partial<MessageServer>>().subscribe((server) => {
    if (typeof server?.getHandlerByPattern !== 'function') return;
    rejections.installFirst();
    watchServer(server as MessageServer, rejections);
  });
}

function watchServer(server: MessageServer, rejections: GuardRejections): void {
  const watched = new WeakMap<MessageHandler, MessageHandler>();
  const watch = (handler: MessageHandler) => {
    let watching = watched.get(handler);
    if (watching === undefined) {
      // The replacement keeps the properties of the handler: Nest's servers read e.g. `isEventHandler`.
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

/**
 * Warns of a microservice of a hybrid application that does not inherit the configuration
 * of the application, and so lacks its global interceptors: its messages are not measured.
 * Nest reads the interceptors of the configuration before it adds a handler to the server.
 */
export function watchUnmeasuredMicroservices(
  config: ApplicationConfig,
  modules: ModulesContainer,
  warn: Warn,
): void {
  let reads = 0;
  patchMethod(config, 'getGlobalInterceptors', (get) => () => {
    reads++;
    return get.call(config);
  });
  modules.getRpcTargetRegistry<MessageServer>().subscribe((server) => {
    if (typeof server?.addHandler !== 'function') return;
    let handlers = 0;
    let measured = 0;
    patchMethod(server, 'addHandler', (add) => (...args) => {
      handlers++;
      if (reads > 0) measured++;
      reads = 0;
      return Reflect.apply(add, server, args);
    });
    patchMethod(server, 'listen', (listen) => (...args) => {
      if (handlers > 0 && measured === 0 && hasStaticHandlers(modules)) {
        warn(
          'The messages of a microservice are not measured: it does not have the global interceptors of the application. Connect it with connectMicroservice(options, { inheritAppConfig: true })',
          'unmeasured_messages',
        );
      }
      return Reflect.apply(listen, server, args);
    });
  });
}

const HANDLER_TYPE = 'microservices:handler_type';

/** Nest creates request-scoped handlers with the first message only. */
function hasStaticHandlers(modules: ModulesContainer): boolean {
  return [...modules.values()].some(({ controllers }) =>
    [...controllers.values()].some(
      (wrapper) =>
        wrapper.isDependencyTreeStatic() && handlesMessages(wrapper.metatype),
    ),
  );
}

function handlesMessages(controller: Function | null | undefined): boolean {
  const prototype: object = controller?.prototype ?? {};
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).some(
    ({ value }) =>
      typeof value === 'function' && Reflect.hasMetadata(HANDLER_TYPE, value),
  );
}
