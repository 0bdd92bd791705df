import type { GenAiOperation } from '../../core/gen-ai-conventions.js';
import type { InferenceRequest } from '../../instrumentation/gen-ai/recordings.js';
import { fieldsOf, isFields } from '../../accounting/fields.js';
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
const WELL_KNOWN_PROVIDERS: ReadonlyMap<string, string> = new Map([
  ['amazon_bedrock', 'aws.bedrock'],
  ['azure', 'azure.ai.openai'],
  ['azure_openai', 'azure.ai.openai'],
  ['google_genai', 'gcp.gemini'],
  ['google_vertexai', 'gcp.vertex_ai'],
  ['mistral', 'mistral_ai'],
  ['mistralai', 'mistral_ai'],
  ['watsonx', 'ibm.watsonx.ai'],
  ['xai', 'x_ai'],
]);

/** The names of the model in a constructor. */
const MODEL_PARAMETERS = ['model', 'model_name', 'modelName'] as const;

/** Reads LangChain's description of a request. Missing names are derived from the model's class. */
export function requestOf(
  operation: GenAiOperation,
  model: SerializedRunnable | undefined,
  extraParams: Params = {},
  metadata: Params = {},
): InferenceRequest {
  const type = nameOfRunnable(model);
  const params = fieldsOf(extraParams['invocation_params']);
  const names = [
    params['model'],
    params['model_name'],
    metadata['ls_model_name'],
  ];
  const given = names.filter((name) => !isDefault(name, model?.kwargs));
  return {
    operation,
    provider: providerOf(metadata['ls_provider'], type),
    model: [...given, deploymentOf(model?.kwargs), type].find(isName)!,
  };
}

/**
 * Whether the name is one that LangChain fills in for OpenAI's models if the app gives none. A
 * deployment on Azure, and many compatible servers, answer with another model.
 *
 * @param given what the app gave to the constructor, if that is known.
 */
function isDefault(name: unknown, given: unknown): boolean {
  if (!/^gpt-3\.5-turbo(-instruct)?$/.test(String(name))) return false;
  return isFields(given) && !MODEL_PARAMETERS.some((one) => isName(given[one]));
}

/** The deployment that an app asks on Azure. */
function deploymentOf(given: unknown): unknown {
  const { deployment_name, azure_open_ai_api_deployment_name } =
    fieldsOf(given);
  return deployment_name ?? azure_open_ai_api_deployment_name;
}

function providerOf(told: unknown, type: string): string {
  const name = isName(told) ? told : type.replace(/^Chat(?=.)/, '');
  const provider = name.toLowerCase();
  return WELL_KNOWN_PROVIDERS.get(provider) ?? provider;
}

/**
 * Reads LangChain's description of a search. A store is named by its type, which the
 * retriever of a store has as its last tag; another retriever by its class.
 */
export function retrievalOf(
  retriever: SerializedRunnable | undefined,
  tags: readonly unknown[] = [],
): InferenceRequest {
  const type = nameOfRunnable(retriever);
  const store = type === 'VectorStoreRetriever' ? tags.at(-1) : undefined;
  const name = isName(store) ? store : type.replace(/(?<=.)Retriever$/, '');
  return { operation: 'retrieval', provider: name.toLowerCase(), model: type };
}
