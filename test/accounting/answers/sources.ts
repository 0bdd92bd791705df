import type { AnswerApi } from '../../../src/accounting/answer-source.js';
import type { AnswerCase } from './cases.js';

const APIS: Readonly<Record<string, AnswerApi>> = {
  'chat.completions': 'chat.completions',
  responses: 'responses',
  embeddings: 'embeddings',
  images: 'images',
  messages: 'anthropic.messages',
  generateContent: 'gemini.generate_content',
  embedContent: 'gemini.embed_content',
  converse: 'bedrock.converse',
  converseStream: 'bedrock.converse',
  'v2/chat': 'cohere.chat',
  'v2/embed': 'cohere.embed',
  'api/chat': 'ollama.chat',
};

/** OpenTelemetry's names of the providers, where they differ. */
const PROVIDERS: Readonly<Record<string, string>> = {
  azure: 'azure.ai.openai',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  xai: 'x_ai',
};

/** Where the answer of a case comes from. */
export const sourceOf = ({ api, provider, model }: AnswerCase) => ({
  api: APIS[api]!,
  provider: PROVIDERS[provider] ?? provider,
  model,
});

/** The chunks as an SDK yields them: comments and the end are the transport's. */
export const chunksOf = ({ answer }: AnswerCase): unknown[] =>
  (answer as unknown[]).filter(
    (chunk) =>
      chunk !== '[DONE]' && !Object.hasOwn(chunk as object, 'sse_comment'),
  );
