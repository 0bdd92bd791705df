/** Whatever a method takes and returns. */
type Method = (...args: never[]) => unknown;

interface Creates {
  /** Asks the model. */
  readonly create: Method;
}

/**
 * What is looked for in a client: an `OpenAI` or `AzureOpenAI` of the package
 * `openai`, version 5 or later, has it all. It is known by its shape, so that
 * every version of the package works.
 */
export interface OpenAIClient {
  /** The API of chats. */
  readonly chat: {
    /** Chat completions. */
    readonly completions: Creates & {
      /** Asks again until no more tools are called. */
      readonly runTools?: Method;
    };
  };
  /** The Responses API. */
  readonly responses?: Creates;
  /** Embeddings. */
  readonly embeddings?: Creates;
  /** Text completions. */
  readonly completions?: Creates;
  /** Makes another client, which is measured alike. */
  readonly withOptions?: Method;
}

/** What clients have to tell where their requests go. */
interface ProviderMarks {
  /** Of an `AzureOpenAI`: the deployment that it is made for, if any. */
  readonly deploymentName?: string | undefined;
  /** Of a client that is made with the option `provider`. */
  readonly _provider?: { readonly name?: string } | undefined;
}

/** The provider of a client, in OpenTelemetry's words (well-known values of `gen_ai.provider.name`). */
export function providerOf(client: OpenAIClient): string {
  if ('deploymentName' in client) return 'azure.ai.openai';
  const { _provider: provider } = client as ProviderMarks;
  const isBedrock =
    'bedrockTokenProvider' in client || provider?.name === 'bedrock';
  return isBedrock ? 'aws.bedrock' : 'openai';
}

/** The model that a request is for; a prompt that the provider has stored may leave it open. */
export function modelOf(client: OpenAIClient, body: unknown): string {
  const { model } = (body ?? {}) as { model?: unknown };
  if (typeof model === 'string' && model !== '') return model;
  const { deploymentName } = client as ProviderMarks;
  return deploymentName || 'unknown';
}
