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
  readonly responses?: Creates & {
    /** Gets a response, e.g. one that was created in the background. */
    readonly retrieve?: Method;
    /** Cancels a response that was created in the background. */
    readonly cancel?: Method;
    /** Makes a long conversation shorter. */
    readonly compact?: Method;
  };
  /** Images. */
  readonly images?: {
    /** Creates images. */
    readonly generate?: Method;
    /** Changes images. */
    readonly edit?: Method;
  };
  /** Speech. */
  readonly audio?: {
    /** Speech from a text. */
    readonly speech?: Creates;
    /** The text of speech. */
    readonly transcriptions?: Creates;
    /** The text of speech, in English. */
    readonly translations?: Creates;
  };
  /** Embeddings. */
  readonly embeddings?: Creates;
  /** Text completions. */
  readonly completions?: Creates;
  /** Creates another client, which is measured too. */
  readonly withOptions?: Method;
}

/** The requested model; `'unknown'` for a stored prompt that does not name one. */
export function modelOf(client: OpenAIClient, body: unknown): string {
  const { model } = (body ?? {}) as { model?: unknown };
  if (typeof model === 'string' && model !== '') return model;
  // The deployment of an `AzureOpenAI` client, if it is for one.
  const { deploymentName } = client as { deploymentName?: string };
  return deploymentName || 'unknown';
}
