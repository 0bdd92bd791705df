import { errorOf } from '../answer-errors.js';
import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  itemsOf,
  sum,
  text,
} from '../fields.js';
import { oddFields } from '../odd-fields.js';
import type {
  ApiReader,
  Placement,
  ReadContext,
  Said,
  ToldUsage,
} from './said.js';

/** Bedrock's Converse API: an answer, or an event of a stream. */
export const bedrockConverse: ApiReader = {
  hasBothTotals: true,
  placement,
  read(answer) {
    const { output, usage, metadata, messageStop } = answer;
    if (isFields(metadata)) return { ...readEnd(metadata), isOutput: false };
    if (isFields(messageStop)) {
      return { finishReason: text(messageStop['stopReason']), isOutput: false };
    }
    if (isFields(output) || isFields(usage)) {
      return { ...readEnd(answer), finishReason: text(answer['stopReason']) };
    }
    return readEvent(answer);
  },
};

function readEnd({ usage, serviceTier, trace }: Fields): Said {
  const { promptRouter } = fieldsOf(trace);
  return {
    responseModel: routedModel(fieldsOf(promptRouter)['invokedModelId']),
    serviceTier: text(fieldsOf(serviceTier)['type']) ?? text(serviceTier),
    told: toldUsage(fieldsOf(usage)),
  };
}

/** The model that a prompt router has chosen. It is reported as an ARN. */
function routedModel(id: unknown): string | undefined {
  return text(id)?.split('/').at(-1);
}

function readEvent(event: Fields): Said | undefined {
  const [name = '', value] = Object.entries(event)[0] ?? [];
  if (name.endsWith('Exception')) {
    return { error: errorOf({ code: name }), isOutput: false };
  }
  const { delta, start } = fieldsOf(value);
  if (name === 'contentBlockStart') {
    return { isOutput: hasContent(fieldsOf(start)['toolUse']) };
  }
  if (name === 'contentBlockDelta')
    return { isOutput: isOutput(fieldsOf(delta)) };
  return /^(messageStart|contentBlock)/.test(name)
    ? { isOutput: false }
    : undefined;
}

function isOutput({ text: words, toolUse, reasoningContent }: Fields): boolean {
  const { text: thought, redactedContent } = fieldsOf(reasoningContent);
  const { input } = fieldsOf(toolUse);
  return (
    [words, input, thought].some(hasContent) || redactedContent !== undefined
  );
}

function toldUsage(usage: Fields): ToldUsage {
  const details = itemsOf(usage['cacheDetails']);
  return {
    input: count(usage['inputTokens']),
    output: count(usage['outputTokens']),
    total: count(usage['totalTokens']),
    cached: count(usage['cacheReadInputTokens']),
    written: count(usage['cacheWriteInputTokens']),
    writtenForMinutes: writtenFor('5m', details),
    writtenForHour: writtenFor('1h', details),
    odd: oddFields(usage),
  };
}

function writtenFor(ttl: string, details: readonly Fields[]) {
  const told = details.filter((one) => one['ttl'] === ttl);
  return sum(...told.map((one) => count(one['inputTokens'])));
}

/** The input has no tokens of a cache, but in streams of OpenAI's models, where it has all, and the total has them twice. */
function placement(
  { input = 0, cached = 0, written = 0 }: ToldUsage,
  { model = '', isStream }: ReadContext,
): Placement {
  const isInclusive =
    isStream && /(^|[./])openai\./.test(model) && input >= cached + written;
  return { cacheIsBeside: !isInclusive };
}
