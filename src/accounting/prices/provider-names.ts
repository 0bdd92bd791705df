/**
 * Names that stand for the same provider: those of OpenTelemetry's conventions, of LiteLLM's
 * file, and of their SDKs.
 */
const SAME_PROVIDER: Readonly<Record<string, string>> = {
  'azure.ai.openai': 'azure',
  'az.ai.openai': 'azure',
  azure_openai: 'azure',
  azure_text: 'azure',
  'azure.ai.inference': 'azure_ai',
  'az.ai.inference': 'azure_ai',
  'aws.bedrock': 'bedrock',
  amazon_bedrock: 'bedrock',
  bedrock_converse: 'bedrock',
  bedrock_mantle: 'bedrock',
  'gcp.gemini': 'gemini',
  'gcp.gen_ai': 'gemini',
  google: 'gemini',
  google_genai: 'gemini',
  'gcp.vertex_ai': 'vertex_ai',
  google_vertexai: 'vertex_ai',
  x_ai: 'xai',
  mistral_ai: 'mistral',
  moonshot_ai: 'moonshot',
  moonshotai: 'moonshot',
  'ibm.watsonx.ai': 'watsonx',
  cohere_chat: 'cohere',
  together: 'together_ai',
  togetherai: 'together_ai',
  fireworks: 'fireworks_ai',
  'text-completion-openai': 'openai',
  'text-completion-codestral': 'codestral',
  'text-completion-deepseek': 'deepseek',
  vllm: 'hosted_vllm',
  ollama_chat: 'ollama',
};

/** One name for all names of a provider. */
export function canonicalProvider(name: string): string {
  const lower = name.toLowerCase();
  // LiteLLM names the vendors of Vertex AI's models, e.g. `vertex_ai-anthropic_models`.
  if (lower.startsWith('vertex_ai')) return 'vertex_ai';
  return Object.hasOwn(SAME_PROVIDER, lower) ? SAME_PROVIDER[lower]! : lower;
}

/** The names that a provider's model may have in a price table, the most specific one first. */
export function modelNames(provider: string, model: string): readonly string[] {
  if (provider !== 'bedrock') return [model];
  const id = model.slice(model.lastIndexOf('/') + 1);
  const withoutRegion = id.replace(/^(?:[a-z]{2}(?:-gov)?|apac|global)\./, '');
  return [...new Set([model, id, withoutRegion])];
}
