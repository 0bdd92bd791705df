import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { GenAiOperation } from '../../core/gen-ai-conventions.js';
import { readCompletion, readEmbeddings, readResponse } from './api-answers.js';
import { sharedWeakMap } from '../../core/shared-state.js';
import { MeasuredCall, type ReadAnswer } from './measured-call.js';
import { modelOf, type OpenAIClient, providerOf } from './openai-client.js';
import { patchClientMethod } from './patch-client-method.js';
import { withMeasuredTools } from './tools.js';

/** Options of {@link observeOpenAI}. */
export interface ObserveOpenAIOptions {
  /**
   * The provider, for servers that speak the same API: one of OpenTelemetry's
   * well-known values of `gen_ai.provider.name`, such as `'groq'`, `'deepseek'` or
   * `'mistral_ai'`, or a name of your own. Default: `'openai'`; `'azure.ai.openai'`
   * for an `AzureOpenAI`, `'aws.bedrock'` for a client of Amazon Bedrock.
   */
  provider?: string;
}

/** A part of the API that sends requests to a model. */
interface Api {
  readonly resource: (client: OpenAIClient) => object | undefined;
  readonly operation: GenAiOperation;
  readonly read: ReadAnswer;
}

/** The operations follow OpenTelemetry's semantic conventions for OpenAI. */
const APIS: readonly Api[] = [
  {
    resource: (client) => client.chat.completions,
    operation: 'chat',
    read: readCompletion,
  },
  {
    resource: (client) => client.responses,
    operation: 'chat',
    read: readResponse,
  },
  {
    resource: (client) => client.completions,
    operation: 'text_completion',
    read: readCompletion,
  },
  {
    resource: (client) => client.embeddings,
    operation: 'embeddings',
    read: readEmbeddings,
  },
];

/** The observed clients of each AgentMetrics, so that no call is counted twice. */
const observed = sharedWeakMap<AgentMetrics, WeakSet<OpenAIClient>>(
  'openai-clients',
);

/**
 * Measures the inferences of one client of the package `openai`: chat completions,
 * responses, embeddings and text completions, streamed or not, with the tokens that
 * the API reports; and the tools that `runTools()` calls. They count for the agent
 * run around the call.
 *
 * Requests and answers stay as they are, and what the client's methods return works as
 * before. A stream has tokens only if the API sends them, for chat
 * completions with `stream_options: { include_usage: true }` in the request.
 *
 * Clients that its `withOptions()` creates are measured too.
 *
 * @param client is measured from now on; a second call for it changes nothing.
 * @returns the same client.
 * @throws {TypeError} if the client is not one of the package `openai`, `agentMetrics` is no AgentMetrics, or the provider is no text or empty.
 *
 * @example
 * {
 *   provide: OpenAI,
 *   inject: [AgentMetrics],
 *   useFactory: (metrics: AgentMetrics) => observeOpenAI(new OpenAI(), metrics),
 * }
 */
export function observeOpenAI<C extends OpenAIClient>(
  client: C,
  agentMetrics: AgentMetrics,
  { provider }: ObserveOpenAIOptions = {},
): C {
  check(client, agentMetrics, provider);
  const clients = observed.get(agentMetrics) ?? new WeakSet();
  observed.set(agentMetrics, clients);
  if (clients.has(client)) return client;
  clients.add(client);
  const name = provider ?? providerOf(client);
  for (const api of APIS) observeApi(client, agentMetrics, name, api);
  observeTools(client, agentMetrics);
  if (client.withOptions !== undefined) {
    patchClientMethod(client, 'withOptions', (withOptions) => {
      return function (...args) {
        const derived = Reflect.apply(withOptions, this, args) as OpenAIClient;
        return observeOpenAI(derived, agentMetrics, { provider: name });
      };
    });
  }
  return client;
}

// Why: docs/decisions/integrations.md, "OpenAI: the methods of one client are patched".
function observeApi(
  client: OpenAIClient,
  agentMetrics: AgentMetrics,
  provider: string,
  { resource, operation, read }: Api,
): void {
  const target = resource(client) as { create?: unknown } | undefined;
  if (typeof target?.create !== 'function') return;
  patchClientMethod(target, 'create', (create) => {
    return function (...args) {
      const model = modelOf(client, args[0]);
      const request = { operation, provider, model };
      const inference = agentMetrics.startInference(request);
      const call = new MeasuredCall(inference, read);
      let result: unknown;
      try {
        result = Reflect.apply(create, this, args);
      } catch (error) {
        call.failed(error);
        throw error;
      }
      return call.follow(result);
    };
  });
}

function observeTools(client: OpenAIClient, agentMetrics: AgentMetrics): void {
  const { completions } = client.chat;
  if (completions.runTools === undefined) return;
  patchClientMethod(completions, 'runTools', (runTools) => {
    return function (body, ...others) {
      const measured = withMeasuredTools(body, agentMetrics);
      return Reflect.apply(runTools, this, [measured, ...others]);
    };
  });
}

function check(
  client: unknown,
  agentMetrics: unknown,
  provider: unknown,
): void {
  const { chat } = (client ?? {}) as Partial<OpenAIClient>;
  if (typeof chat?.completions?.create !== 'function') {
    throw new TypeError(
      `observeOpenAI() got ${describeType(client)} as client; expected a client of the package openai`,
    );
  }
  const { startInference } = (agentMetrics ?? {}) as Partial<AgentMetrics>;
  if (typeof startInference !== 'function') {
    throw new TypeError(
      `observeOpenAI() got ${describeType(agentMetrics)} as agentMetrics; expected the AgentMetrics that MetricsModule provides`,
    );
  }
  const isName = typeof provider === 'string' && provider !== '';
  if (provider !== undefined && !isName) {
    throw new TypeError(
      `observeOpenAI() got ${describeType(provider)} as options.provider; expected a text that is not empty`,
    );
  }
}

/** Describes a value by its type alone: a client holds an API key. */
function describeType(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (value === '') return 'an empty text';
  return typeof value === 'object'
    ? `an object of ${value.constructor?.name ?? 'no class'}`
    : `a ${typeof value}`;
}
