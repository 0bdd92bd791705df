import type { ExportReport, MetricsExporter } from '../exporter.js';
import { logWarning, type MetricsLogger } from '../../core/logger.js';
import type { MetricsSnapshot } from '../snapshot.js';
import type { OtlpOptions } from './config/otlp.options.js';
import { type OtlpConfig, resolveOtlpOptions } from './config/otlp.config.js';
import type { OtlpSender } from './otlp-sender.js';

/**
 * Sends metrics by OTLP 1, over HTTP or gRPC (OpenTelemetry Protocol Specification). A snapshot
 * goes out in requests of at most about a quarter of a megabyte, one after the other.
 *
 * @example
 * await collector.addExporter(
 *   new OtlpExporter({ url: 'https://otlp.example.com/v1/metrics' }),
 * );
 */
export class OtlpExporter implements MetricsExporter {
  readonly name: string;
  readonly interval: number | false;
  readonly timeout: number;
  readonly #config: OtlpConfig;
  /** The warnings that were not logged yet. */
  private readonly warnings: string[];
  private sender: OtlpSender | undefined = undefined;

  /**
   * @param path where the options stand, for messages.
   * @throws {OptionsError} naming the option or the variable of the environment, and what is allowed.
   */
  constructor(options: OtlpOptions = {}, path = 'otlp') {
    const config = resolveOtlpOptions(options, path, process.env);
    this.#config = config;
    this.name = config.name;
    this.interval = config.interval;
    this.timeout = config.timeout;
    this.warnings = [...config.warnings];
  }

  /**
   * @param logger receives which variables of the environment are ignored.
   * @throws {OptionsError} if headers or certificates cannot be read, or the package for gRPC is missing.
   */
  async start(logger: MetricsLogger = console): Promise<void> {
    for (const warning of this.warnings.splice(0)) {
      logWarning(
        logger,
        `Exporter "${this.name}": ${warning}`,
        'ignored_variable',
      );
    }
    // Loaded on use: apps without this exporter start sooner.
    const { OtlpSender } = await import('./otlp-sender.js');
    this.sender ??= new OtlpSender(this.#config);
    await this.sender.open();
  }

  /** @throws {ExportError} saying whether and when to try again. */
  async export(
    snapshot: MetricsSnapshot,
    signal: AbortSignal,
  ): Promise<ExportReport> {
    return this.sender!.send(snapshot, signal);
  }

  shutdown(): void {
    this.sender?.close();
  }
}
