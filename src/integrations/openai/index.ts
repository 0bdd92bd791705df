export { observeOpenAI, type ObserveOpenAIOptions } from './observe-openai.js';
export type { OpenAIClient } from './openai-client.js';
