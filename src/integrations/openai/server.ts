import type { OpenAIClient } from './openai-client.js';

/** The providers of hosts and of all below them, as well-known values of OpenTelemetry's `gen_ai.provider.name` where there is one. */
const HOSTS: readonly (readonly [host: string, provider: string])[] = [
  ['openai.azure.com', 'azure.ai.openai'],
  ['services.ai.azure.com', 'azure.ai.openai'],
  ['cognitiveservices.azure.com', 'azure.ai.openai'],
  ['openai.azure.us', 'azure.ai.openai'],
  ['services.ai.azure.us', 'azure.ai.openai'],
  ['cognitiveservices.azure.us', 'azure.ai.openai'],
  ['openai.azure.cn', 'azure.ai.openai'],
  ['services.ai.azure.cn', 'azure.ai.openai'],
  ['cognitiveservices.azure.cn', 'azure.ai.openai'],
  ['groq.com', 'groq'],
  ['x.ai', 'x_ai'],
  ['deepseek.com', 'deepseek'],
  ['moonshot.ai', 'moonshot_ai'],
  ['moonshot.cn', 'moonshot_ai'],
  ['mistral.ai', 'mistral_ai'],
  ['openrouter.ai', 'openrouter'],
  ['together.xyz', 'together'],
  ['together.ai', 'together'],
  ['fireworks.ai', 'fireworks'],
  ['perplexity.ai', 'perplexity'],
  ['anthropic.com', 'anthropic'],
  ['cohere.com', 'cohere'],
  ['cohere.ai', 'cohere'],
  ['cerebras.ai', 'cerebras'],
  ['generativelanguage.googleapis.com', 'gcp.gemini'],
  ['watsonx.ai', 'ibm.watsonx.ai'],
];

/** Hosts with a region in their names. Other hosts of the same clouds may serve anything. */
const PATTERNS: readonly (readonly [pattern: RegExp, provider: string])[] = [
  [
    /^bedrock[a-z-]*\.[a-z0-9-]+\.(amazonaws\.com(\.cn)?|api\.aws)$/,
    'aws.bedrock',
  ],
  [/(^|[.-])aiplatform\.googleapis\.com$/, 'gcp.vertex_ai'],
];

/** The properties of clients that show where their requests go. */
interface ServerMarks {
  /** Its values are of different types in different versions. */
  readonly baseURL?: unknown;
  /** The provider of a client that was created with the option `provider`. */
  readonly _provider?: { readonly name?: string } | undefined;
}

/** A server, as the labels of an inference. */
interface Server {
  readonly provider: string;
  readonly address?: string;
  readonly port?: number;
}

const UNKNOWN: Server = { provider: 'openai' };

/** The provider of a client, by its class, else by the host of its requests. */
// Why: docs/decisions/integrations.md, "OpenAI: the host names the provider".
export function providerOf(client: OpenAIClient): string {
  if ('deploymentName' in client) return 'azure.ai.openai';
  const { _provider: provider } = client as ServerMarks;
  const isBedrock =
    'bedrockTokenProvider' in client || provider?.name === 'bedrock';
  return isBedrock ? 'aws.bedrock' : serverAt(client).provider;
}

/** The host and port of a client's requests. */
export function serverOf(client: OpenAIClient) {
  const { address, port } = serverAt(client);
  return { serverAddress: address, serverPort: port };
}

/** The last base URL and its server: most apps have one. */
let last: { readonly baseURL: unknown; readonly server: Server } = {
  baseURL: undefined,
  server: UNKNOWN,
};

function serverAt(client: OpenAIClient): Server {
  const { baseURL } = client as ServerMarks;
  if (last.baseURL !== baseURL) last = { baseURL, server: parsed(baseURL) };
  return last.server;
}

function parsed(baseURL: unknown): Server {
  const text = String(baseURL);
  if (!URL.canParse(text)) return UNKNOWN;
  const { hostname: address, port, protocol } = new URL(text);
  const usual = protocol === 'http:' ? 80 : 443;
  return {
    provider: providerOfHost(address),
    // The labels take no empty text.
    ...(address === '' ? {} : { address, port: Number(port || usual) }),
  };
}

function providerOfHost(host: string): string {
  const found = PATTERNS.find(([pattern]) => pattern.test(host));
  if (found !== undefined) return found[1];
  const known = HOSTS.find(
    ([name]) => host === name || host.endsWith(`.${name}`),
  );
  return known?.[1] ?? UNKNOWN.provider;
}
