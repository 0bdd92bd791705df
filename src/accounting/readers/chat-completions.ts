import {
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  itemsOf,
  text,
} from '../fields.js';
import { placementByTotal, readUsage } from './openai-usage.js';
import type { ApiReader, Said, ToldUsage } from './said.js';

/** The places of output in a message, or in a part of one. Servers of the same API have their own for reasoning. */
const OUTPUTS = [
  'content',
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'refusal',
  'tool_calls',
  'function_call',
] as const;

/** Chat completions and text completions, of OpenAI and of the many servers with the same API. */
export const chatCompletions: ApiReader = {
  hasBothTotals: true,
  placement: placementByTotal,
  read(answer) {
    const choices = itemsOf(answer['choices']);
    const responseModel = text(answer['model']);
    const told = toldUsage(answer, choices);
    const isOfApi =
      Array.isArray(answer['choices']) || responseModel !== undefined || told;
    return isOfApi
      ? {
          ...readChoices(choices),
          responseModel,
          told,
          serviceTier: text(answer['service_tier']),
        }
      : undefined;
  },
};

function readChoices(choices: readonly Fields[]): Said {
  return {
    finishReason: choices
      .map((one) => text(one['finish_reason']))
      .find((one) => one !== undefined),
    finishKind: choices.some((one) => hasContent(messageOf(one)['refusal']))
      ? 'refusal'
      : undefined,
    isOutput: choices.some(isOutput),
  };
}

function messageOf(choice: Fields): Fields {
  return fieldsOf(choice['delta'] ?? choice['message']);
}

function isOutput(choice: Fields): boolean {
  const message = messageOf(choice);
  const { data, transcript } = fieldsOf(message['audio']);
  return (
    OUTPUTS.some((field) => hasContent(message[field])) ||
    [choice['text'], data, transcript].some(hasContent)
  );
}

/** Reads the usage from the first place that has it: some servers send it in two. */
function toldUsage(
  answer: Fields,
  choices: readonly Fields[],
): ToldUsage | undefined {
  const places = [
    answer['usage'],
    fieldsOf(answer['x_groq'])['usage'],
    ...choices.map((one) => one['usage']),
  ];
  const told = places.filter(isFields).map(readUsage);
  return (
    told.find(({ input, output }) => (input ?? output) !== undefined) ?? told[0]
  );
}
