import { OptionsError, shown } from '../core/errors.js';
import { TEXT } from '../core/validate.js';
import { isFields } from './fields.js';
import { anthropicMessages } from './readers/anthropic.js';
import { speech, transcriptions } from './readers/audio.js';
import { bedrockConverse } from './readers/bedrock.js';
import { chatCompletions } from './readers/chat-completions.js';
import { cohereChat, cohereEmbed } from './readers/cohere.js';
import { embeddings } from './readers/embeddings.js';
import { geminiEmbedContent, geminiGenerateContent } from './readers/gemini.js';
import { images } from './readers/images.js';
import { ollamaChat, ollamaEmbed } from './readers/ollama.js';
import { responses } from './readers/responses.js';
import type { ApiReader } from './readers/said.js';

const READERS = {
  'chat.completions': chatCompletions,
  completions: chatCompletions,
  responses,
  embeddings,
  images,
  speech,
  transcriptions,
  'anthropic.messages': anthropicMessages,
  'gemini.generate_content': geminiGenerateContent,
  'gemini.embed_content': geminiEmbedContent,
  'bedrock.converse': bedrockConverse,
  'cohere.chat': cohereChat,
  'cohere.embed': cohereEmbed,
  'ollama.chat': ollamaChat,
  'ollama.generate': ollamaChat,
  'ollama.embed': ollamaEmbed,
} as const satisfies Readonly<Record<string, ApiReader>>;

/** APIs whose answers can be read. Those without a prefix are OpenAI's, which many servers speak. */
export type AnswerApi = keyof typeof READERS;

/** Where an answer comes from. It decides what the counts in it mean. */
export interface AnswerSource {
  /** The API of the answer, e.g. `'chat.completions'` or `'anthropic.messages'`. */
  readonly api: AnswerApi;
  /** The provider, e.g. `'openai'`, `'x_ai'` or a name of your own. Servers with one API count differently. */
  readonly provider: string;
  /** The requested model. Needed where the answer does not name one, and the model decides what its counts mean. */
  readonly model?: string | undefined;
}

/** @throws {OptionsError} if the API is not known or the provider is no text. */
export function readerOf(source: AnswerSource): ApiReader {
  const { api, provider } = isFields(source) ? source : ({} as AnswerSource);
  if (!Object.hasOwn(READERS, api)) {
    throw new OptionsError(
      `The api of an answer is ${shown(api)}; expected one of: ${Object.keys(READERS).join(', ')}`,
    );
  }
  if (!TEXT.test(provider)) {
    throw new OptionsError(
      `The provider of an answer is ${shown(provider)}; expected ${TEXT.expected}`,
    );
  }
  return READERS[api];
}
