import { AsyncResource } from 'node:async_hooks';
import { readSecret } from '../../core/secret.js';
import { PASSWORD } from '../../http/access/basic-auth.js';
import type { MetricsExporter } from '../exporter.js';
import type { MetricsSnapshot } from '../snapshot.js';
import { type Credentials, Gateway } from './gateway.js';
import {
  HEADER_VALUE,
  type PushgatewayConfig,
  type PushgatewayOptions,
  resolvePushgatewayOptions,
} from './pushgateway.options.js';

/** Renders the page that is pushed. A `PrometheusCollector` does. */
export interface PushedPage {
  /** The page in the Prometheus text format. */
  metrics(): Promise<string>;
}

/** Milliseconds that deleting the group may take, at the shutdown of the app. */
const MAX_DELETE = 5_000;

/**
 * Pushes the metrics page to a Prometheus Pushgateway. The page is rendered as for a
 * scraper: with the metrics of prom-client, and without blocking the event loop for long.
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
  /** The exporter renders a page, so it reads no snapshot. */
  // Why: docs/decisions/exporters.md, "A Pushgateway gets the page".
  readonly needsSnapshot = false;
  /** The page has the metrics of all processes that the option `processes` joins. */
  // Why: docs/decisions/exporters.md, "One process pushes the page of all".
  readonly oncePerGroup = true;
  // A private field of the language, so that no inspection of the object shows a secret.
  readonly #config: PushgatewayConfig;
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
    const config = resolvePushgatewayOptions(options, path);
    // Requests that a callback of a gauge makes are the app's, as in a scrape, and not the exporter's.
    this.render = AsyncResource.bind(() => page.metrics());
    this.#config = config;
    this.name = config.name;
    this.interval = config.interval;
    this.timeout = config.timeout;
    // Why: docs/decisions/exporters.md, "What an app leaves in a Pushgateway is a choice".
    this.flushAtShutdown = config.atShutdown === 'push';
    const { address, jobName, groupings } = config;
    this.gateway = new Gateway(address, jobName, groupings);
  }

  /** @throws {OptionsError} if a secret cannot be read, so that the app does not start. */
  async start(): Promise<void> {
    await this.credentials();
  }

  /**
   * Pushes the page as it is now.
   *
   * @throws {ExportError} if the gateway cannot be reached, which is retryable, or refuses the
   *   page, which is not.
   */
  async export(_snapshot: MetricsSnapshot, signal: AbortSignal): Promise<void> {
    const page = await this.render();
    const credentials = await this.credentials();
    await this.gateway.send(this.#config.method, page, credentials, { signal });
  }

  /**
   * Deletes the group if `atShutdown` is `delete`. The process does not stay alive for it.
   *
   * @param isLast whether no other process goes on pushing to the group. Default: `true`.
   */
  async shutdown(isLast = true): Promise<void> {
    if (!isLast || this.#config.atShutdown !== 'delete') return;
    await this.gateway.send('delete', '', await this.credentials(), {
      timeout: Math.min(this.timeout, MAX_DELETE),
      holdsProcess: false,
    });
  }

  /** Reads the secrets again each time, as a file may have changed. */
  private async credentials(): Promise<Credentials> {
    const { auth, basicAuth, headers: secrets } = this.#config;
    const headers: Record<string, string> = {};
    for (const [name, secret] of Object.entries(secrets)) {
      const at = `${this.path}.headers.${name}`;
      headers[name] = await readSecret(secret, at, HEADER_VALUE);
    }
    if (basicAuth === undefined) return { auth, headers };
    const at = `${this.path}.basicAuth.password`;
    const password = await readSecret(basicAuth.password, at, PASSWORD);
    return { auth: `${basicAuth.username}:${password}`, headers };
  }
}
