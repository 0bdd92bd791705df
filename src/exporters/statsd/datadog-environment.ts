import { shown } from '../../core/errors.js';
import { type MetricsLogger, logWarning } from '../../core/logger.js';
import { oneOf, validateOne } from '../../core/validate.js';
import { containerId } from './container-id.js';
import { STATSD_HOST, STATSD_PORT } from './statsd.options.js';

/** What the environment adds to each line for a Datadog Agent. */
export interface DatadogContext {
  /** The tags of all lines. A label of the same name replaces a tag. */
  readonly tags: readonly DatadogTag[];
  /** The container, external data and the cardinality, each with a `|` before it (DogStatsD protocol, v1.2 to v1.6). */
  readonly fields: string;
}

interface DatadogTag {
  /** Empty if the tag has no value. */
  readonly name: string;
  readonly text: string;
}

/** The tags of variables (Datadog, "Unified Service Tagging" and "Origin detection"). */
const TAG_NAMES = {
  DD_ENTITY_ID: 'dd.internal.entity_id',
  DD_ENV: 'env',
  DD_SERVICE: 'service',
  DD_VERSION: 'version',
};

/** Variables that show that a Datadog Agent reads the lines. Without any of them the fields of Datadog are left out, as other servers may not understand them. */
const AGENT_VARIABLES = [
  'DD_AGENT_HOST',
  'DD_DOGSTATSD_PORT',
  'DD_DOGSTATSD_URL',
  'DD_DOGSTATSD_SOCKET',
  'DD_EXTERNAL_ENV',
  'DD_CARDINALITY',
  'DATADOG_CARDINALITY',
  'DD_TAGS',
  'DATADOG_TAGS',
  ...Object.keys(TAG_NAMES),
];

const CARDINALITY = oneOf('none', 'low', 'orchestrator', 'high');

/** @throws {OptionsError} naming the variable, if it holds no host. */
export function agentHost(): string {
  const host = process.env['DD_AGENT_HOST'] || 'localhost';
  validateOne(host, STATSD_HOST, 'The variable DD_AGENT_HOST');
  return host;
}

/** @throws {OptionsError} naming the variable, if it holds no port. */
export function agentPort(): number {
  const text = process.env['DD_DOGSTATSD_PORT'] || '8125';
  const isNumber = /^\s*\d+\s*$/.test(text);
  const port = isNumber ? Number(text) : text;
  validateOne(port, STATSD_PORT, 'The variable DD_DOGSTATSD_PORT');
  return Number(port);
}

/** @param logger is warned of a variable that is ignored. */
export async function readDatadogContext(
  logger?: MetricsLogger,
): Promise<DatadogContext> {
  const isAgent = AGENT_VARIABLES.some((name) => process.env[name]);
  const fields = isAgent
    ? { c: await container(), e: externalData(), card: cardinality(logger) }
    : {};
  return {
    tags: tagsOfEnvironment(),
    fields: Object.entries(fields)
      .map(([name, value]) => (value ? `|${name}:${value}` : ''))
      .join(''),
  };
}

/** `DD_ENV` and the like come before a tag of the same name in `DD_TAGS`. */
function tagsOfEnvironment(): DatadogTag[] {
  const own = Object.entries(TAG_NAMES).flatMap(([variable, name]) => {
    const value = process.env[variable];
    return value
      ? [{ name, text: `${name}:${safe(value).replaceAll(':', '_')}` }]
      : [];
  });
  const names = new Set(own.map(({ name }) => name));
  return [...listedTags().filter(({ name }) => !names.has(name)), ...own];
}

/** The tags of `DD_TAGS`: separated by commas, or by blanks if there is no comma. */
function listedTags(): DatadogTag[] {
  const text = process.env['DD_TAGS'] || process.env['DATADOG_TAGS'] || '';
  return text
    .split(text.includes(',') ? ',' : /\s+/)
    .map((tag) => safe(tag.trim()))
    .filter((tag) => tag !== '')
    .map((tag) => ({
      name: tag.slice(0, Math.max(tag.indexOf(':'), 0)),
      text: tag,
    }));
}

/** Replaces what would end a tag or a line. */
function safe(text: string): string {
  return text.replace(/[\p{Cc}|,@#]/gu, '_');
}

async function container(): Promise<string | undefined> {
  const setting = process.env['DD_ORIGIN_DETECTION_ENABLED'] ?? '';
  const isOff = /^(no|false|0|n|off)$/i.test(setting);
  return isOff ? undefined : containerId();
}

/** What the Agent's admission controller says of the container. */
function externalData(): string | undefined {
  return process.env['DD_EXTERNAL_ENV']?.trim().replace(/[\p{Cc}|]/gu, '');
}

/** How many tags the Agent adds. */
function cardinality(logger?: MetricsLogger): string | undefined {
  const variable = ['DD_CARDINALITY', 'DATADOG_CARDINALITY'].find(
    (name) => process.env[name],
  );
  if (variable === undefined) return undefined;
  const text = process.env[variable]!;
  const lower = text.toLowerCase();
  if (CARDINALITY.test(lower)) return lower;
  if (logger !== undefined) {
    logWarning(
      logger,
      `The variable ${variable} is ${shown(text)}; expected ${CARDINALITY.expected}; it is ignored`,
      'ignored_variable',
    );
  }
  return undefined;
}
