import OpenAI6, { AzureOpenAI as AzureOpenAI6 } from 'openai';
import { zodFunction as zodFunction6 } from 'openai/helpers/zod';
import OpenAI5, { AzureOpenAI as AzureOpenAI5 } from 'openai-5';
import { zodFunction as zodFunction5 } from 'openai-5/helpers/zod';

const openai6 = {
  OpenAI: OpenAI6,
  AzureOpenAI: AzureOpenAI6,
  zodFunction: zodFunction6,
};

/** What both versions have is typed as the newer one has it. */
const openai5 = {
  OpenAI: OpenAI5,
  AzureOpenAI: AzureOpenAI5,
  zodFunction: zodFunction5,
} as unknown as typeof openai6;

export const VERSIONS = [
  ['openai 6', openai6],
  ['openai 5', openai5],
] as const;
