import type OpenAI from 'openai';
import type { ClientOptions } from 'openai';
import { AgentMetrics } from '../../src/index.js';
import type { AgentMetricsOptions } from '../../src/instrumentation/gen-ai/index.js';
import {
  observeOpenAI,
  type ObserveOpenAIOptions,
} from '../../src/integrations/openai/index.js';
import { serveOpenAi } from '../sample/openai-server.js';
import { makeCollector } from '../support/collector.js';
import { type Exchange, exchange } from './openai-api.js';

type OpenAIClass = typeof OpenAI;

/** Comments, buckets, and what tests of the metrics of agents check. */
const UNREAD =
  /^#|_bucket\{|^agent_(run|inference_finishes|inferences_running)/;

/** A client of a server of our own, and what is recorded of its calls. */
export interface Observed {
  client: OpenAI;
  metrics: AgentMetrics;
  url: string;
  warnings: string[];
  /** Sums and counts of all metrics, sorted; without those of the counter of errors, and without the port of the test's server. */
  recorded(): Promise<string[]>;
  /** All that is recorded. */
  page(): Promise<string>;
}

export async function observe(
  SDK: OpenAIClass,
  answer: (exchange: Exchange) => unknown,
  clientOptions: ClientOptions = {},
  options?: ObserveOpenAIOptions,
  agentOptions?: AgentMetricsOptions,
): Promise<Observed> {
  const url = await serveOpenAi((response, request, body) => {
    void answer(exchange(response, request, body));
  });
  const { collector, warnings } = makeCollector();
  const metrics = new AgentMetrics(collector, agentOptions);
  const client = new SDK({ ...settings(url), ...clientOptions });
  observeOpenAI(client, metrics, options);
  const recorded = async () =>
    (await collector.metrics())
      .split('\n')
      .filter((line) => line !== '' && !UNREAD.test(line))
      // Each test has a server with a port of its own.
      .map((line) => line.replace(/,server_address=.*?,server_port="\d+"/, ''))
      .sort();
  const page = () => collector.metrics();
  return { client, metrics, url, warnings, recorded, page };
}

export const settings = (baseURL: string) => ({
  apiKey: 'secret-key',
  baseURL,
  maxRetries: 0,
});

/** Request to a server that a test answers step by step. */
export function stepByStep() {
  const requests: Exchange[] = [];
  const waiting: ((exchange: Exchange) => void)[] = [];
  return {
    answer(request: Exchange): void {
      const resolve = waiting.shift();
      if (resolve === undefined) requests.push(request);
      else resolve(request);
    },
    /** The next request that comes, or has come. */
    async request(): Promise<Exchange> {
      const request = requests.shift();
      return request ?? new Promise((resolve) => void waiting.push(resolve));
    },
  };
}

/** A `fetch` that tells when a response has come, and the SDK knows of it. */
export function fetchWithArrival() {
  let arrived: () => void;
  const arrival = new Promise<void>((resolve) => (arrived = resolve));
  const fetchAndTell = async (...args: Parameters<typeof fetch>) => {
    const response = await fetch(...args);
    setImmediate(arrived);
    return response;
  };
  return { arrival, fetch: fetchAndTell };
}
