import type { GenAiOperation } from '../../core/gen-ai-conventions.js';
import type { InferenceRequest } from '../../instrumentation/gen-ai/recordings.js';
import {
  nameOfRunnable,
  isName,
  type SerializedRunnable,
} from './serialized.js';

type Params = Readonly<Record<string, unknown>>;

/**
 * LangChain's names of providers (`ls_provider`) that OpenTelemetry's conventions
 * name differently ("Semantic conventions for generative AI", `gen_ai.provider.name`).
 */
const WELL_KNOWN_PROVIDERS: Readonly<Record<string, string>> = {
  amazon_bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  azure_openai: 'azure.ai.openai',
  google_genai: 'gcp.gemini',
  google_vertexai: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  mistralai: 'mistral_ai',
  watsonx: 'ibm.watsonx.ai',
  xai: 'x_ai',
};

/** Reads LangChain's description of a request. Missing names are derived from the model's class. */
export function requestOf(
  operation: GenAiOperation,
  model: SerializedRunnable | undefined,
  extraParams: Params = {},
  metadata: Params = {},
): InferenceRequest {
  const type = nameOfRunnable(model);
  const params = (extraParams['invocation_params'] ?? {}) as Params;
  const names = [
    params['model'],
    params['model_name'],
    metadata['ls_model_name'],
    type,
  ];
  return {
    operation,
    provider: providerOf(metadata['ls_provider'], type),
    model: names.find(isName)!,
  };
}

function providerOf(told: unknown, type: string): string {
  const name = isName(told) ? told : type.replace(/^Chat(?=.)/, '');
  const provider = name.toLowerCase();
  return WELL_KNOWN_PROVIDERS[provider] ?? provider;
}
