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
  addHandler(...args: unknown[]): unknown;
  listen(...args: unknown[]): unknown;
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

/**
 * Warns of a microservice of a hybrid application that does not have the configuration
 * of the application, and so not its global interceptors: its messages are not measured.
 * Nest asks the configuration for its interceptors before it adds a handler to the server.
 */
export function watchUnmeasuredMicroservices(
  config: ApplicationConfig,
  modules: ModulesContainer,
  warn: (message: string) => void,
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
        );
      }
      return Reflect.apply(listen, server, args);
    });
  });
}

const HANDLER_TYPE = 'microservices:handler_type';

/** The contexts of request-scoped handlers are made with the first message only. */
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
