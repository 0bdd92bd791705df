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
    if (!isOfApi) return undefined;
    return readChoices(
      choices,
      responseModel,
      told,
      text(answer['service_tier']),
    );
  },
};

/** One object for each chunk: copies cost more than all of the reading. */
function readChoices(
  choices: readonly Fields[],
  responseModel: string | undefined,
  told: ToldUsage | undefined,
  serviceTier: string | undefined,
): Said {
  let finishReason: string | undefined;
  let isRefused = false;
  let hasOutput = false;
  for (const choice of choices) {
    const message = messageOf(choice);
    finishReason ??= text(choice['finish_reason']);
    isRefused ||= hasContent(message['refusal']);
    hasOutput ||= isOutput(choice, message);
  }
  return {
    responseModel,
    serviceTier,
    finishReason,
    finishKind: isRefused ? 'refusal' : undefined,
    isOutput: hasOutput,
    told,
  };
}

function messageOf(choice: Fields): Fields {
  return fieldsOf(choice['delta'] ?? choice['message']);
}

function isOutput(choice: Fields, message: Fields): boolean {
  for (const field of OUTPUTS) if (hasContent(message[field])) return true;
  const { data, transcript } = fieldsOf(message['audio']);
  return hasContent(choice['text']) || hasContent(data ?? transcript);
}

/** Reads the usage from the first place that has it: some servers send it in two. */
function toldUsage(
  { usage, x_groq }: Fields,
  choices: readonly Fields[],
): ToldUsage | undefined {
  let told = counted(usage) ?? counted(fieldsOf(x_groq)['usage']);
  for (const choice of choices) told ??= counted(choice['usage']);
  // What has no tokens may have a cost.
  return told ?? (isFields(usage) ? readUsage(usage) : undefined);
}

/** Usage with tokens. */
function counted(usage: unknown): ToldUsage | undefined {
  const told = isFields(usage) ? readUsage(usage) : undefined;
  return (told?.input ?? told?.output) === undefined ? undefined : told;
}
