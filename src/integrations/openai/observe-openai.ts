import type { AgentMetrics } from '../../instrumentation/gen-ai/agent-metrics.js';
import type { GenAiOperation } from '../../core/gen-ai-conventions.js';
import type { AnswerApi } from '../../accounting/answer-source.js';
import { sharedWeakMap } from '../../core/shared-state.js';
import type { InferenceRequest } from '../../instrumentation/gen-ai/recordings.js';
import { BackgroundResponses } from './background-responses.js';
import { type CallAnswers, InferenceAnswers } from './call-answers.js';
import { HostedTools } from './hosted-tools.js';
import { MeasuredCall } from './measured-call.js';
import { modelOf, type OpenAIClient } from './openai-client.js';
import { patchClientMethod } from './patch-client-method.js';
import { observeRetries } from './retries.js';
import { providerOf, serverOf } from './server.js';
import { FetchedAnswers, ResponseAnswers } from './response-answers.js';
import { withMeasuredTools } from './tools.js';

/** Options of {@link observeOpenAI}. */
export interface ObserveOpenAIOptions {
  /**
   * The provider: one of OpenTelemetry's well-known values of `gen_ai.provider.name`, such as
   * `'groq'`, `'deepseek'` or `'mistral_ai'`, or a name of your own. Default: that of the client's
   * host, e.g. `'azure.ai.openai'` or `'x_ai'`; `'openai'` for a host that is not known.
   */
  provider?: string;
}

/** A method that sends requests to a model. */
interface Api {
  readonly resource: (client: OpenAIClient) => object | undefined;
  readonly method: string;
  readonly operation: GenAiOperation;
  readonly api: AnswerApi;
  /** Gets a response that was created before. */
  readonly isFetch?: boolean;
}

const RESPONSES = {
  resource: (client: OpenAIClient) => client.responses,
  operation: 'chat',
  api: 'responses',
} as const;

const IMAGES = {
  resource: (client: OpenAIClient) => client.images,
  operation: 'generate_content',
  api: 'images',
} as const;

const TRANSCRIPTIONS = {
  method: 'create',
  operation: 'generate_content',
  api: 'transcriptions',
} as const;

/** The operations follow OpenTelemetry's semantic conventions for OpenAI. */
const APIS: readonly Api[] = [
  {
    resource: (client) => client.chat.completions,
    method: 'create',
    operation: 'chat',
    api: 'chat.completions',
  },
  { ...RESPONSES, method: 'create' },
  { ...RESPONSES, method: 'compact' },
  { ...RESPONSES, method: 'retrieve', isFetch: true },
  { ...RESPONSES, method: 'cancel', isFetch: true },
  {
    resource: (client) => client.completions,
    method: 'create',
    operation: 'text_completion',
    api: 'completions',
  },
  {
    resource: (client) => client.embeddings,
    method: 'create',
    operation: 'embeddings',
    api: 'embeddings',
  },
  { ...IMAGES, method: 'generate' },
  { ...IMAGES, method: 'edit' },
  {
    resource: (client) => client.audio?.speech,
    method: 'create',
    operation: 'generate_content',
    api: 'speech',
  },
  {
    resource: (client) => client.audio?.transcriptions,
    ...TRANSCRIPTIONS,
  },
  {
    resource: (client) => client.audio?.translations,
    ...TRANSCRIPTIONS,
  },
];

/** The observed clients of each AgentMetrics, so that no call is counted twice. */
const observed = sharedWeakMap<AgentMetrics, WeakSet<OpenAIClient>>(
  'openai-clients',
);

/** The responses of each AgentMetrics that are created in the background. */
const background = new WeakMap<AgentMetrics, BackgroundResponses>();

/**
 * Measures the inferences of one client of the package `openai`: chat completions,
 * responses, images, audio, embeddings and text completions, streamed or not, with the tokens that
 * the API reports; and the tools that `runTools()` calls, or that the provider runs. They
 * count for the agent run around the call.
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
  for (const api of APIS) observeApi(client, agentMetrics, provider, api);
  observeTools(client, agentMetrics);
  observeRetries(client, agentMetrics, () => provider ?? providerOf(client));
  if (client.withOptions !== undefined) {
    patchClientMethod(client, 'withOptions', (withOptions) => {
      return function (...args) {
        const derived = Reflect.apply(withOptions, this, args) as OpenAIClient;
        return observeOpenAI(derived, agentMetrics, { provider });
      };
    });
  }
  return client;
}

// Why: docs/decisions/integrations.md, "OpenAI: the methods of one client are patched".
function observeApi(
  client: OpenAIClient,
  agentMetrics: AgentMetrics,
  provider: string | undefined,
  api: Api,
): void {
  const target = api.resource(client) as Record<string, unknown> | undefined;
  if (typeof target?.[api.method] !== 'function') return;
  patchClientMethod(target, api.method, (original) => {
    return function (...args) {
      const asked = {
        provider: provider ?? providerOf(client),
        model: modelOf(client, args[0]),
        ...serverOf(client),
      };
      const call = begin(agentMetrics, asked, api, args[0]);
      let result: unknown;
      try {
        result = Reflect.apply(original, this, args);
      } catch (error) {
        call.failed(error);
        throw error;
      }
      return call.follow(result);
    };
  });
}

function begin(
  agentMetrics: AgentMetrics,
  asked: InferenceRequest,
  { operation, api, isFetch = false }: Api,
  body: unknown,
): MeasuredCall {
  const inference = agentMetrics.startInference({ operation, ...asked });
  const answers = new InferenceAnswers(inference, { api, ...asked });
  answers.asked(body);
  if (api !== 'responses') return new MeasuredCall(inference, answers);
  const discard = isFetch ? () => inference.discard() : undefined;
  return new MeasuredCall(
    inference,
    responseAnswers(agentMetrics, answers, discard),
  );
}

/** @param discard for a call that gets a response, and does not create it. */
function responseAnswers(
  agentMetrics: AgentMetrics,
  answers: InferenceAnswers,
  discard: (() => void) | undefined,
): CallAnswers {
  const responses = background.get(agentMetrics) ?? new BackgroundResponses();
  background.set(agentMetrics, responses);
  const tools = new HostedTools(agentMetrics);
  const created = new ResponseAnswers(answers, tools, responses);
  return discard ? new FetchedAnswers(created, discard, responses) : created;
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
