/** Any method. */
type Method = (...args: never[]) => unknown;

interface Creates {
  /** Sends a request to the model. */
  readonly create: Method;
}

/**
 * The required members of a client: an `OpenAI` or `AzureOpenAI` of the package
 * `openai`, version 5 or later, has all of them. A client is recognised by its shape, so that
 * every version of the package works.
 */
export interface OpenAIClient {
  /** The API of chats. */
  readonly chat: {
    /** Chat completions. */
    readonly completions: Creates & {
      /** Repeats the request until the model calls no more tools. */
      readonly runTools?: Method;
    };
  };
  /** The Responses API. */
  readonly responses?: Creates;
  /** Embeddings. */
  readonly embeddings?: Creates;
  /** Text completions. */
  readonly completions?: Creates;
  /** Creates another client, which is measured too. */
  readonly withOptions?: Method;
}

/** The properties of clients that show where their requests go. */
interface ProviderMarks {
  /** The deployment of an `AzureOpenAI` client, if it is for one. */
  readonly deploymentName?: string | undefined;
  /** The provider of a client that was created with the option `provider`. */
  readonly _provider?: { readonly name?: string } | undefined;
}

/** The provider of a client, as a well-known value of OpenTelemetry's `gen_ai.provider.name`. */
export function providerOf(client: OpenAIClient): string {
  if ('deploymentName' in client) return 'azure.ai.openai';
  const { _provider: provider } = client as ProviderMarks;
  const isBedrock =
    'bedrockTokenProvider' in client || provider?.name === 'bedrock';
  return isBedrock ? 'aws.bedrock' : 'openai';
}

/** The requested model; `'unknown'` for a stored prompt that does not name one. */
export function modelOf(client: OpenAIClient, body: unknown): string {
  const { model } = (body ?? {}) as { model?: unknown };
  if (typeof model === 'string' && model !== '') return model;
  const { deploymentName } = client as ProviderMarks;
  return deploymentName || 'unknown';
}
