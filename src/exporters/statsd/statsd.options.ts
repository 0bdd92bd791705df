import { isIP } from 'node:net';
import { OptionsError } from '../../core/errors.js';
import {
  option,
  type OptionTable,
  type Resolved,
  resolveOptions,
  rulesOf,
} from '../../core/options.js';
import {
  BOOLEAN,
  Check,
  integer,
  isObject,
  oneOf,
  switchable,
  TEXT,
  validate,
} from '../../core/validate.js';
import {
  EXPORT_INTERVAL,
  EXPORT_TIMEOUT,
  EXPORTER_NAME,
} from '../pipeline/exporter-checks.js';

/**
 * Where a StatsD server is, and what it understands.
 *
 * @example
 * MetricsModule.forRoot({ statsd: { host: 'datadog-agent', distributions: true } });
 */
export interface StatsdOptions {
  /** The exporter's name in logs, in the label `exporter` and in `/health`. Two exporters need two names. Default: `'statsd'`. */
  readonly name?: string;
  /**
   * How lines are sent: by `udp`, by `tcp`, or by `unix` to the datagram socket of a Datadog
   * Agent, which needs the package `unix-dgram`. Default: `'udp'`.
   */
  readonly protocol?: 'udp' | 'tcp' | 'unix';
  /** The server's name or IP address. Default: `DD_AGENT_HOST`, else `localhost`. */
  readonly host?: string;
  /** The server's port. Default: `DD_DOGSTATSD_PORT`, else 8125. */
  readonly port?: number;
  /**
   * The path of the datagram socket for `unix`, or of a stream socket for `tcp`, in place of
   * host and port. Default: `/var/run/datadog/dsd.socket` for `unix`, else none.
   */
  readonly path?: string;
  /** The text before every name; a dot follows it. Default: none. */
  readonly prefix?: string;
  /**
   * How labels are written: as tags of `dogstatsd` (`|#a:b`), of `telegraf` (`name,a=b`)
   * or of `graphite` (`name;a=b`), which is for servers that only know counters, gauges
   * and timers. Default: `'dogstatsd'`.
   */
  readonly tags?: 'dogstatsd' | 'telegraf' | 'graphite';
  /** Whether timers and histograms are sent as distributions, which Datadog aggregates over all hosts. Default: `false`. */
  readonly distributions?: boolean;
  /** Which share of the observations of timers and histograms is sent, from 0.000001; the server scales them up. Default: 1. */
  readonly sampleRate?: number;
  /** How many observations may be queued for the next export; further ones are dropped and counted. Default: 50000. */
  readonly maxQueueSize?: number;
  /** The most bytes of a packet. Default: 1432 for `udp`, 8192 for `tcp` and `unix`. */
  readonly maxPacketSize?: number;
  /** Milliseconds from one export to the next, or `false` to export on `flush()` and at shutdown only. Default: 10000. */
  readonly interval?: number | false;
  /** Milliseconds after which an export counts as failed. Default: 10000. */
  readonly timeout?: number;
}

/** A network's usual 1,500 bytes without the headers of IP, UDP and tunnels; what a Datadog Agent reads from a socket at once. */
const PACKET_SIZES = { udp: 1_432, tcp: 8_192, unix: 8_192 };

/** Labels with dots between them; international names are allowed as they are. */
const HOST_NAME = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u;

export const STATSD_HOST = new Check(
  'the name of a host or an IP address, without brackets, "http://" and a port',
  (value) =>
    typeof value === 'string' &&
    (isIP(value) !== 0 || (value.length <= 253 && HOST_NAME.test(value))),
);

export const STATSD_PORT = integer(1, 65_535);

/** Rules and defaults of {@link StatsdOptions}. */
export const STATSD_OPTIONS = {
  name: option(EXPORTER_NAME, 'statsd'),
  protocol: option(oneOf('udp', 'tcp', 'unix'), 'udp'),
  host: option(STATSD_HOST),
  port: option(STATSD_PORT),
  path: option(TEXT),
  prefix: option(
    new Check(
      'letters, digits, "_", "." and "-"',
      (value) => typeof value === 'string' && /^[\w.-]*$/.test(value),
    ),
    '',
  ),
  tags: option(oneOf('dogstatsd', 'telegraf', 'graphite'), 'dogstatsd'),
  distributions: option(BOOLEAN, false),
  sampleRate: option(
    new Check(
      'a number from 0.000001 to 1',
      // A smaller number is written as 1e-7, which StatsD reads as 1.
      (value) => typeof value === 'number' && value >= 1e-6 && value <= 1,
    ),
    1,
  ),
  maxQueueSize: option(integer(1, 10_000_000), 50_000),
  maxPacketSize: option(integer(64, 65_507, ' (bytes)')),
  interval: option(EXPORT_INTERVAL, 10_000),
  timeout: option(EXPORT_TIMEOUT, 10_000),
} satisfies OptionTable<StatsdOptions>;

/** {@link StatsdOptions}, resolved. */
export type StatsdConfig = Resolved<StatsdOptions, typeof STATSD_OPTIONS> & {
  readonly maxPacketSize: number;
};

const RULES = rulesOf(STATSD_OPTIONS);

const switchableStatsd = switchable(RULES);

/** Checks the options, or `true` or `false` in their place. Throws as {@link resolveStatsdOptions} does. */
export function checkStatsd(value: unknown, path: string): void {
  switchableStatsd(value, path);
  if (isObject(value)) {
    checkTogether(resolveOptions(STATSD_OPTIONS, value as StatsdOptions), path);
  }
}

/**
 * @param path where the options stand.
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 */
export function resolveStatsdOptions(
  options: StatsdOptions,
  path: string,
): StatsdConfig {
  validate(options, RULES, path);
  const resolved = resolveOptions(STATSD_OPTIONS, options);
  checkTogether(resolved, path);
  const { protocol, maxPacketSize = PACKET_SIZES[protocol] } = resolved;
  return { ...resolved, maxPacketSize };
}

function checkTogether(options: StatsdOptions, path: string): void {
  checkPlace(options, path);
  checkDistributions(options, path);
}

/** A server is at a path, or at a host and a port. */
function checkPlace(
  { protocol, host, port, path }: StatsdOptions,
  at: string,
): void {
  const hasHost = host !== undefined || port !== undefined;
  if (path !== undefined && (protocol === 'udp' || hasHost)) {
    throw new OptionsError(
      `${at}.path is set ${hasHost ? 'beside a host or a port' : "with the protocol 'udp'"}; expected a path with the protocols 'unix' and 'tcp' only, and without host and port`,
    );
  }
  if (protocol === 'unix' && hasHost) {
    throw new OptionsError(
      `${at}.host or ${at}.port is set with the protocol 'unix'; expected a path`,
    );
  }
}

/** Servers that know counters, gauges and timers only would refuse each line. */
function checkDistributions(
  { tags, distributions }: StatsdOptions,
  at: string,
): void {
  if (distributions === true && tags === 'graphite') {
    throw new OptionsError(
      `${at}.distributions is true with the tags of graphite; expected it with those of 'dogstatsd' or 'telegraf' only`,
    );
  }
}
