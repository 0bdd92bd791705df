import type { WebSocketAdapter, WsMessageHandler } from '@nestjs/common';
import type { ApplicationConfig, ModulesContainer } from '@nestjs/core';
import type { MetricsCollector } from '../../collector/metrics-collector.js';
import type { GaugeSeries } from '../../model/gauge.js';
import { HANDLER_DESCRIPTORS } from './handler.descriptors.js';
import type { GuardRejections } from './guard-rejections.js';
import { isExcludedClass } from '../no-metrics.js';
import { catchAndReport } from '../../core/catch-and-report.js';
import { patchMethod } from '../../core/patch-method.js';

/** The metadata of a class with the options of `@WebSocketGateway()`. */
const GATEWAY_OPTIONS = 'websockets:gateway_options';

/** Calls back with the WebSocket adapter: the app's own, or the default one once there are gateways. */
export function watchAdapter(
  config: ApplicationConfig,
  watch: (adapter: WebSocketAdapter) => void,
): void {
  patchMethod(config, 'setIoAdapter', (set) => (adapter) => {
    watch(adapter);
    Reflect.apply(set, config, [adapter]);
  });
}

/** Records the messages that guards reject; the interceptor records the others. */
export function watchMessageHandlers(
  adapter: WebSocketAdapter,
  rejections: GuardRejections,
): void {
  patchMethod(
    adapter,
    'bindMessageHandlers',
    (bind) => (client, handlers, send) => {
      const watched = handlers.map((handler: WsMessageHandler) => ({
        ...handler,
        callback: rejections.watch(handler.callback),
      }));
      return Reflect.apply(bind, adapter, [client, watched, send]);
    },
  );
}

interface Connection {
  readonly series: GaugeSeries;
  isOpen: boolean;
}

/** The gauge of open connections, by the path or namespace of gateways. */
export class WebSocketConnections {
  private readonly servers = new WeakMap<object, GaugeSeries>();
  private readonly clients = new WeakMap<object, Connection>();

  constructor(
    private readonly collector: MetricsCollector,
    private readonly modules: ModulesContainer,
  ) {}

  /** Counts the clients of the servers that this adapter makes. */
  watch(adapter: WebSocketAdapter): void {
    patchMethod(adapter, 'create', (create) => (...args) => {
      const server: unknown = Reflect.apply(create, adapter, args);
      this.count(() => this.addServer(server, pathOf(args[1])));
      return server;
    });
    patchMethod(
      adapter,
      'bindClientConnect',
      (bind) => (server, callback) =>
        Reflect.apply(bind, adapter, [
          server,
          this.onConnect(server, callback),
        ]),
    );
    if (adapter.bindClientDisconnect === undefined) return;
    patchMethod(
      adapter,
      'bindClientDisconnect',
      (bind) => (client, callback) =>
        Reflect.apply(bind, adapter, [
          client,
          this.onDisconnect(client, callback),
        ]),
    );
  }

  private addServer(server: unknown, path: string): void {
    if (!isObject(server) || !this.isMeasured(path)) return;
    const { name, description } = HANDLER_DESCRIPTORS.connections;
    const gauge = this.collector.gauge(name, { description });
    this.servers.set(server, gauge.labels({ path }));
  }

  /** Whether there is a gateway on the path that is not excluded. */
  private isMeasured(path: string): boolean {
    const gateways = [...this.modules.values()]
      .flatMap(({ providers }) => [...providers.values()])
      .map(({ metatype }) => metatype)
      .filter((metatype) => typeof metatype === 'function');
    return gateways.some((gateway) => {
      const options: GatewayOptions | undefined = Reflect.getMetadata(
        GATEWAY_OPTIONS,
        gateway,
      );
      return (
        options !== undefined &&
        pathOf(options) === path &&
        !isExcludedClass(gateway)
      );
    });
  }

  /** Called for every gateway on the server, with the same client. */
  private onConnect(server: object, callback: Function): Function {
    const series = this.servers.get(server);
    if (series === undefined) return callback;
    return (...args: unknown[]) => {
      const [client] = args;
      if (isObject(client) && !this.clients.has(client)) {
        this.clients.set(client, { series, isOpen: false });
      }
      return Reflect.apply(callback, undefined, args);
    };
  }

  /** Counts the connection from now on, as its end is noticed from now on. */
  private onDisconnect(client: object, callback: Function): Function {
    const connection = this.clients.get(client);
    if (connection === undefined || connection.isOpen) return callback;
    if (hasEnded(client)) return callback;
    connection.isOpen = true;
    this.count(() => connection.series.inc());
    return (...args: unknown[]) => {
      this.count(() => connection.series.dec());
      return Reflect.apply(callback, undefined, args);
    };
  }

  private count(action: () => void): void {
    catchAndReport(
      this.collector,
      'transport',
      action,
      'WebSocket connections',
    );
  }
}

/** Whether a client has left already, as a gateway may disconnect it in `handleConnection()`: no event follows. */
function hasEnded(client: {
  disconnected?: unknown;
  readyState?: unknown;
}): boolean {
  return client.disconnected === true || client.readyState === CLOSED;
}

/** The `readyState` of a closed WebSocket (WHATWG WebSockets). */
const CLOSED = 3;

interface GatewayOptions {
  namespace?: string | RegExp;
  path?: string;
}

function pathOf({ namespace, path }: GatewayOptions = {}): string {
  const given = String(namespace ?? path ?? '/');
  return given.startsWith('/') ? given : `/${given}`;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
