import { isIP } from 'node:net';
import {
  EXPORT_INTERVAL,
  EXPORT_TIMEOUT,
  EXPORTER_NAME,
} from '../pipeline/exporter-checks.js';
import { OptionsError } from '../../core/errors.js';
import {
  BOOLEAN,
  Check,
  integer,
  isObject,
  oneOf,
  type Rules,
  switchable,
  TEXT,
  validate,
  withDefaults,
} from '../../core/validate.js';

/**
 * Where a StatsD server is, and what it understands.
 *
 * @example
 * MetricsModule.forRoot({ statsd: { host: 'datadog-agent', distributions: true } });
 */
export interface StatsdOptions {
  /** The name of the exporter in logs, in the label `exporter` and in `/health`: of two of them, one needs another. Default: `statsd`. */
  readonly name?: string;
  /**
   * How lines get there: `udp`, `tcp`, or `unix` for the datagram socket of a Datadog
   * Agent, which needs the package `unix-dgram`. Default: `udp`.
   */
  readonly protocol?: 'udp' | 'tcp' | 'unix';
  /** A name or an address. Default: `DD_AGENT_HOST`, else `localhost`. */
  readonly host?: string;
  /** Default: `DD_DOGSTATSD_PORT`, else 8125. */
  readonly port?: number;
  /**
   * The path of the socket, for `unix`; with `tcp` that of a stream socket, instead of
   * host and port. Default: `/var/run/datadog/dsd.socket` for `unix`, else none.
   */
  readonly path?: string;
  /** Stands before every name, with a dot behind it. Default: none. */
  readonly prefix?: string;
  /**
   * How labels are written: as tags of `dogstatsd` (`|#a:b`), of `telegraf` (`name,a=b`)
   * or of `graphite` (`name;a=b`), which is for servers that only know counters, gauges
   * and timers. Default: `dogstatsd`.
   */
  readonly tags?: 'dogstatsd' | 'telegraf' | 'graphite';
  /** Whether timers and histograms are sent as distributions, which Datadog aggregates over all hosts. Default: `false`. */
  readonly distributions?: boolean;
  /** Which share of the observations of timers and histograms is sent, from 0.000001; the server scales them up. Default: 1. */
  readonly sampleRate?: number;
  /** How many observations may wait for the next export; what comes beyond is dropped and counted. Default: 50000. */
  readonly maxQueueSize?: number;
  /** Bytes of a packet at most. Default: 1432, and 8192 for a Unix socket. */
  readonly maxPacketSize?: number;
  /** Milliseconds from export to export, or `false` for those by `flush()` and at shutdown only. Default: 10000. */
  readonly interval?: number | false;
  /** Milliseconds after which an export counts as failed. Default: 10000. */
  readonly timeout?: number;
}

/** Options that were checked, with their defaults. */
export type StatsdConfig = Required<
  Omit<StatsdOptions, 'path' | 'host' | 'port'>
> &
  Pick<StatsdOptions, 'path' | 'host' | 'port'>;

const DEFAULTS = {
  name: 'statsd',
  protocol: 'udp',
  prefix: '',
  tags: 'dogstatsd',
  distributions: false,
  sampleRate: 1,
  maxQueueSize: 50_000,
  interval: 10_000,
  timeout: 10_000,
} as const;

/** What fits a packet on a network, with what IP, UDP and tunnels need of the usual 1,500 bytes; what the Datadog Agent takes of a socket. */
const PACKET_SIZES = { udp: 1_432, tcp: 8_192, unix: 8_192 };

/** Parts with dots between them; international names are written as they are. */
const HOST_NAME = /^[\p{L}\p{M}\p{N}_-]+(\.[\p{L}\p{M}\p{N}_-]+)*\.?$/u;

export const STATSD_HOST = new Check(
  'the name of a host or an IP address, without brackets, "http://" and a port',
  (value) =>
    typeof value === 'string' &&
    (isIP(value) !== 0 || (value.length <= 253 && HOST_NAME.test(value))),
);

export const STATSD_PORT = integer(1, 65_535);

export const STATSD_RULES = {
  name: EXPORTER_NAME,
  protocol: oneOf('udp', 'tcp', 'unix'),
  host: STATSD_HOST,
  port: STATSD_PORT,
  path: TEXT,
  prefix: new Check(
    'letters, digits, "_", "." and "-"',
    (value) => typeof value === 'string' && /^[\w.-]*$/.test(value),
  ),
  tags: oneOf('dogstatsd', 'telegraf', 'graphite'),
  distributions: BOOLEAN,
  sampleRate: new Check(
    'a number from 0.000001 to 1',
    // What is smaller is written as 1e-7, which StatsD reads as 1.
    (value) => typeof value === 'number' && value >= 1e-6 && value <= 1,
  ),
  maxQueueSize: integer(1, 10_000_000),
  maxPacketSize: integer(64, 65_507, ' (bytes)'),
  interval: EXPORT_INTERVAL,
  timeout: EXPORT_TIMEOUT,
} satisfies Rules;

const switchableStatsd = switchable(STATSD_RULES);

/** Checks the options as a whole, or that they are switched as such. Throws as {@link resolveStatsdOptions} does. */
export function checkStatsd(value: unknown, path: string): void {
  switchableStatsd(value, path);
  if (isObject(value)) checkTogether(withDefaults(DEFAULTS, value), path);
}

/**
 * @param path where the options stand.
 * @throws {OptionsError} naming the option, what was given and what is allowed.
 */
export function resolveStatsdOptions(
  options: StatsdOptions,
  path: string,
): StatsdConfig {
  validate(options, STATSD_RULES, path);
  const resolved = withDefaults(DEFAULTS, options);
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
