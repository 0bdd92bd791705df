import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  text,
} from '../fields.js';
import { oddFields } from '../odd-fields.js';
import { countsNamed } from './openai-usage.js';
import type { ApiReader, Said, ToldUsage } from './said.js';

/** The parts of a delta that are output; a signature or a citation is not output. */
const DELTAS = ['text', 'thinking', 'partial_json'] as const;

/** Anthropic's Messages API: a message, or an event of a streamed one. */
export const anthropicMessages: ApiReader = {
  hasBothTotals: true,
  placement: () => ({ cacheIsBeside: true }),
  read(answer) {
    switch (answer['type']) {
      case 'message_start':
        return { ...readMessage(fieldsOf(answer['message'])), isOutput: false };
      case 'message_delta':
        return { ...readEnd(answer), isOutput: false };
      case 'content_block_start':
        return { isOutput: isOutputBlock(fieldsOf(answer['content_block'])) };
      case 'content_block_delta':
        return { isOutput: isOutputDelta(fieldsOf(answer['delta'])) };
      case undefined:
      case 'message':
        return readMessage(answer);
      default:
        return { isOutput: false };
    }
  },
};

function readMessage(message: Fields): Said | undefined {
  const { usage, content, stop_reason } = message;
  if (!isFields(usage) && !Array.isArray(content)) return undefined;
  return {
    responseModel: text(message['model']),
    finishReason: text(stop_reason),
    ...readUsage(fieldsOf(usage)),
  };
}

function readEnd({ delta, usage }: Fields): Said {
  const { stop_reason } = fieldsOf(delta);
  return { finishReason: text(stop_reason), ...readUsage(fieldsOf(usage)) };
}

/** Reads usage, which tells the prompt's tokens in three parts, and the tier and place that decide the price. */
function readUsage(usage: Fields): Said {
  const { service_tier, speed, inference_geo } = usage;
  return {
    serviceTier: speed === 'fast' ? speed : text(service_tier),
    inferenceGeo: text(inference_geo),
    told: toldUsage(usage),
  };
}

function toldUsage(usage: Fields): ToldUsage {
  const writes = fieldsOf(usage['cache_creation']);
  const output = fieldsOf(usage['output_tokens_details']);
  return {
    input: count(usage['input_tokens']),
    output: count(usage['output_tokens']),
    cached: count(usage['cache_read_input_tokens']),
    written: count(usage['cache_creation_input_tokens']),
    writtenForMinutes: count(writes['ephemeral_5m_input_tokens']),
    writtenForHour: count(writes['ephemeral_1h_input_tokens']),
    reasoning: count(output['thinking_tokens']),
    calls: countsNamed(usage['server_tool_use'], '_requests'),
    odd: oddFields(usage),
  };
}

/** A call of a tool begins with its name, and hidden reasoning comes as a whole. */
function isOutputBlock({ type, text: words, name, data }: Fields): boolean {
  const isCall = String(type).endsWith('tool_use') && hasContent(name);
  return (
    isCall ||
    hasContent(words) ||
    (type === 'redacted_thinking' && hasContent(data))
  );
}

function isOutputDelta(delta: Fields): boolean {
  return DELTAS.some((field) => hasContent(delta[field]));
}
