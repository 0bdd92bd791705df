import { catchAndReport } from '../../core/catch-and-report.js';
import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import { modelOf, type OpenAIClient } from './openai-client.js';
import { patchClientMethod } from './patch-client-method.js';

/** The methods of the SDK by which it repeats a request. Its types declare them private. */
interface RetryingClient {
  shouldRetry(response: Response): unknown;
  retryRequest(
    options: RequestOptions,
    retriesRemaining: number,
    requestLogID: string,
    responseHeaders?: Headers,
  ): unknown;
}

interface RequestOptions {
  readonly method?: unknown;
  readonly path?: unknown;
  readonly body?: unknown;
}

/** The paths of requests to a model, which an `AzureOpenAI` has behind its deployment. */
const PATHS =
  /(^|\/)(chat\/completions|completions|responses(\/compact)?|embeddings|images\/(generations|edits)|audio\/(speech|transcriptions|translations))$/;

/** Counts the requests that the SDK repeats, e.g. after a rate limit. A client without these methods has no such count. */
// Why: docs/decisions/integrations.md, "OpenAI: retries are seen where the SDK decides on them".
export function observeRetries(
  client: OpenAIClient,
  agentMetrics: AgentMetrics,
  providerOf: () => string,
): void {
  const retrying = client as unknown as RetryingClient;
  if (!isRetrying(retrying)) return;
  const statuses = new WeakMap<Headers, number>();
  patchClientMethod(retrying, 'shouldRetry', (original) => {
    return function (...args) {
      const { headers, status } = args[0] as Response;
      if (headers instanceof Object) statuses.set(headers, status);
      return Reflect.apply(original, this, args);
    };
  });
  patchClientMethod(retrying, 'retryRequest', (original) => {
    return function (...args) {
      const [options, , , headers] = args as Parameters<
        RetryingClient['retryRequest']
      >;
      const record = () =>
        agentMetrics.recordRetry({
          provider: providerOf(),
          model: modelOf(client, options?.body),
          error: failureOf(headers && statuses.get(headers)),
        });
      if (isInference(options)) {
        catchAndReport(agentMetrics, 'inference', record, 'a retry');
      }
      return Reflect.apply(original, this, args);
    };
  });
}

function isInference({ method, path }: RequestOptions = {}): boolean {
  return method === 'post' && PATHS.test(String(path));
}

function isRetrying(client: Partial<RetryingClient>): boolean {
  return [client.shouldRetry, client.retryRequest].every(
    (method) => typeof method === 'function',
  );
}

/** An error whose name is the status of the answer; without an answer, that of the SDK for a connection that fails. */
function failureOf(status: number | undefined): Error {
  const error = new Error('The request is repeated');
  error.name = status === undefined ? 'APIConnectionError' : String(status);
  return error;
}
