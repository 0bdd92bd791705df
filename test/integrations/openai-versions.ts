import OpenAI6, { AzureOpenAI as AzureOpenAI6 } from 'openai';
import { zodFunction as zodFunction6 } from 'openai/helpers/zod';
import OpenAI5, { AzureOpenAI as AzureOpenAI5 } from 'openai-5';
import { zodFunction as zodFunction5 } from 'openai-5/helpers/zod';
import OpenAI7, { AzureOpenAI as AzureOpenAI7 } from 'openai-7';
import { zodFunction as zodFunction7 } from 'openai-7/helpers/zod';

const openai6 = {
  OpenAI: OpenAI6,
  AzureOpenAI: AzureOpenAI6,
  zodFunction: zodFunction6,
};

/** What all versions have is typed as openai 6 has it. */
const openai5 = {
  OpenAI: OpenAI5,
  AzureOpenAI: AzureOpenAI5,
  zodFunction: zodFunction5,
} as unknown as typeof openai6;

const openai7 = {
  OpenAI: OpenAI7,
  AzureOpenAI: AzureOpenAI7,
  zodFunction: zodFunction7,
} as unknown as typeof openai6;

export const VERSIONS = [
  ['openai 7', openai7],
  ['openai 6', openai6],
  ['openai 5', openai5],
] as const;
