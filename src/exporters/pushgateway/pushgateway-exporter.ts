import { AsyncResource } from 'node:async_hooks';
import type { MetricsExporter } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import { PASSWORD } from '../../http/access/basic-auth.js';
import { readSecret } from '../../core/secret.js';
import { type Credentials, Gateway, type GatewayAction } from './gateway.js';
import { splitUrl } from './gateway-url.js';
import {
  HEADER_VALUE,
  type PushgatewayOptions,
  type ResolvedPushgatewayOptions,
  resolvePushgatewayOptions,
} from './pushgateway.options.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';

/** What gives the page that is pushed, as a `PrometheusCollector` does. */
export interface PushedPage {
  /** The page in the Prometheus text format. */
  metrics(): Promise<string>;
}

/** So long may it take to delete the group, since nobody waits for an app that has ended. */
const MAX_DELETE = 5_000;

/**
 * Pushes the metrics page to a Prometheus Pushgateway, with prom-client's client. A
 * page is rendered as for a scraper: it has the metrics of prom-client too, and never
 * blocks the event loop for long.
 *
 * @example
 * const collector = new PrometheusCollector();
 * await collector.addExporter(
 *   new PushgatewayExporter({ jobName: 'nightly_import', interval: false }, collector),
 * );
 */
export class PushgatewayExporter implements MetricsExporter {
  readonly name: string;
  readonly interval: number | false;
  readonly timeout: number;
  readonly flushAtShutdown: boolean;
  /** It pushes a page. */
  readonly needsSnapshot = false;
  // Private to the language, so that nothing that shows objects shows a secret.
  readonly #options: ResolvedPushgatewayOptions;
  /** Name and password from the URL. */
  readonly #auth: string | undefined;
  private readonly gateway: Gateway;
  private readonly render: () => Promise<string>;

  /**
   * @param path where the options stand, for messages.
   * @throws {OptionsError} naming the option, what was given and what is allowed, and never a secret.
   */
  constructor(
    options: PushgatewayOptions,
    page: PushedPage,
    private readonly path = 'pushgateway',
  ) {
    const resolved = resolvePushgatewayOptions(options, path);
    const { address, auth } = splitUrl(resolved.url);
    // What reads gauges is the app's own work, as for a scraper, and not the exporter's.
    this.render = AsyncResource.bind(() => page.metrics());
    this.#options = resolved;
    this.#auth = auth;
    this.name = resolved.name;
    this.interval = resolved.interval;
    this.timeout = resolved.timeout;
    this.flushAtShutdown = resolved.atShutdown === 'push';
    const { jobName, groupings } = resolved;
    this.gateway = new Gateway(address, jobName, groupings);
  }

  /** @throws {OptionsError} if a secret cannot be read, so that the app does not start. */
  async start(): Promise<void> {
    await this.credentials();
  }

  /**
   * Pushes the page as it is now.
   *
   * @throws {ExportError} if it cannot be reached, which is retryable, or refuses what was
   *   pushed, which is not.
   */
  async export(_snapshot: MetricsSnapshot, signal: AbortSignal): Promise<void> {
    // First, as the client opens its request before it asks for the page, and leaves it open if there is none.
    const page = await this.render();
    await this.send(this.#options.method, page, signal);
  }

  /** Deletes the group if that was asked for. It does not keep the process alive by itself. */
  async shutdown(): Promise<void> {
    if (this.#options.atShutdown !== 'delete') return;
    const milliseconds = Math.min(this.timeout, MAX_DELETE);
    const aborter = new AbortController();
    const timer = setTimeout(
      () => aborter.abort(new Error(`It took more than ${milliseconds} ms`)),
      milliseconds,
    ).unref();
    try {
      await this.send('delete', '', aborter.signal, false);
    } finally {
      clearTimeout(timer);
    }
  }

  private async send(
    action: GatewayAction,
    page: string,
    signal: AbortSignal,
    holdsProcess = true,
  ): Promise<void> {
    const request = { ...(await this.credentials()), signal };
    await this.gateway.send(action, page, request, holdsProcess);
  }

  /** Read anew each time: a file may have changed. */
  private async credentials(): Promise<Credentials> {
    const { basicAuth, headers: secrets } = this.#options;
    const headers: Record<string, string> = {};
    for (const [name, secret] of Object.entries(secrets)) {
      const at = `${this.path}.headers.${name}`;
      headers[name] = await readSecret(secret, at, HEADER_VALUE);
    }
    if (basicAuth === undefined) return { auth: this.#auth, headers };
    const at = `${this.path}.basicAuth.password`;
    const password = await readSecret(basicAuth.password, at, PASSWORD);
    return { auth: `${basicAuth.username}:${password}`, headers };
  }
}
