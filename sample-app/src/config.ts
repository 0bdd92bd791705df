import type { MetricsOptions } from 'nestjs-agent-metrics';
import type { AgentMetricsOptions } from 'nestjs-agent-metrics/agents';

type Env = Readonly<Record<string, string | undefined>>;

const OPENAI_VARIABLES = [
  'OPENAI_BASE_URL',
  'OPENAI_API_KEY',
  'OPENAI_MODEL',
] as const;

/** Where an OpenAI-compatible API is, and how to use it. */
export interface OpenAiConfig {
  baseUrl: string;
  apiKey: string;
  model: string;
}

/**
 * The port to listen on, from PORT. Default: 3000.
 *
 * @throws if it is not a port.
 */
export function readPort({ PORT }: Env): number {
  if (!PORT) return 3000;
  const port = /^\d+$/.test(PORT) ? Number(PORT) : NaN;
  if (!(port <= 65_535)) {
    throw new Error(`PORT is "${PORT}"; expected an integer from 0 to 65535`);
  }
  return port;
}

/**
 * The API to use, or `undefined` if none of its variables is set.
 *
 * @throws if only some of them are set, naming those that are missing.
 */
export function readOpenAiConfig(env: Env): OpenAiConfig | undefined {
  const missing = OPENAI_VARIABLES.filter((variable) => !env[variable]);
  if (missing.length === OPENAI_VARIABLES.length) return undefined;
  if (missing.length > 0) {
    throw new Error(
      `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set; set all of ${OPENAI_VARIABLES.join(', ')} to use an OpenAI-compatible API, or none of them`,
    );
  }
  const baseUrl = env.OPENAI_BASE_URL!;
  if (!isHttpUrl(baseUrl)) {
    throw new Error(
      'OPENAI_BASE_URL is not a URL; expected one like https://api.openai.com/v1',
    );
  }
  return { baseUrl, apiKey: env.OPENAI_API_KEY!, model: env.OPENAI_MODEL! };
}

/** What tokens cost, from the JSON file that PRICES_FILE names. Default: no prices. */
export function readPrices({ PRICES_FILE }: Env): AgentMetricsOptions {
  return PRICES_FILE ? { prices: { file: PRICES_FILE } } : {};
}

/** Where metrics go beside the page: nowhere, unless a variable names a backend. */
export function readBackends(
  env: Env,
): Pick<MetricsOptions, 'otlp' | 'statsd' | 'pushgateway'> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT, STATSD_HOST, PUSHGATEWAY_URL } = env;
  return {
    // The exporter reads the variable itself.
    otlp: Boolean(OTEL_EXPORTER_OTLP_ENDPOINT),
    ...(STATSD_HOST && { statsd: { host: STATSD_HOST } }),
    ...(PUSHGATEWAY_URL && {
      pushgateway: { url: PUSHGATEWAY_URL, jobName: 'sample-app' },
    }),
  };
}

export function isHttpUrl(text: string): boolean {
  return /^https?:/i.test(text) && URL.canParse(text);
}
