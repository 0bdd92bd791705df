import {
  type Fields,
  fieldsOf,
  hasContent,
  itemsOf,
} from '../../accounting/fields.js';
import type { Generation } from './generation.js';

/** Places of output in a part of a message. A signature or a citation is not output. */
const IN_CONTENT = [
  'text',
  'thinking',
  'reasoning',
  'redactedContent',
  'args',
  'input',
  'partial_json',
  'functionCall',
  'executableCode',
  'inlineData',
  'image_url',
  'data',
] as const;

/** Places of output beside the content. */
const BESIDE = [
  'reasoning_content',
  'reasoning_details',
  'refusal',
  'tool_calls',
  'function_call',
  'tool_outputs',
] as const;

/**
 * Whether a chunk is output: text, reasoning, a call of a tool, audio or an image.
 *
 * @param token the text of the chunk.
 * @param chunk if LangChain passes it.
 */
export function isOutput(token: unknown, chunk: Generation | undefined) {
  if (hasContent(token) || hasContent(chunk?.text)) return true;
  const { content, tool_call_chunks, additional_kwargs } = fieldsOf(
    chunk?.message,
  );
  return (
    itemsOf(content).some(isOutputPart) ||
    itemsOf(tool_call_chunks).some(isCall) ||
    isOutputBeside(fieldsOf(additional_kwargs))
  );
}

/** A part of a message's content, or an update of one. */
export function isOutputPart(part: Fields): boolean {
  const { reasoningText } = part;
  return (
    IN_CONTENT.some((place) => hasContent(part[place])) ||
    hasContent(fieldsOf(reasoningText)['text']) ||
    isCall(part)
  );
}

function isCall({ name, args }: Fields): boolean {
  return hasContent(name) || hasContent(args);
}

function isOutputBeside(extra: Fields): boolean {
  const { data, transcript } = fieldsOf(extra['audio']);
  const { reasoning } = extra;
  const { summary = reasoning } = fieldsOf(reasoning);
  return (
    BESIDE.some((place) => hasContent(extra[place])) ||
    [data, transcript].some(hasContent) ||
    (hasContent(summary) && summary !== reasoning) ||
    (typeof reasoning === 'string' && hasContent(reasoning))
  );
}

/** What LangChain reports of a stream to handlers that prefer events to chunks. */
export interface StreamEvent {
  readonly event: string;
  /** What is added to a part of the answer. */
  readonly delta?: unknown;
  /** The part of the answer that begins. */
  readonly content?: unknown;
}

/** Whether a part of the answer begins with output, or output is added to it. */
export function isOutputEvent({ event, delta, content }: StreamEvent): boolean {
  if (event === 'content-block-start') return isOutputPart(fieldsOf(content));
  const added = fieldsOf(delta);
  return (
    event === 'content-block-delta' &&
    (isOutputPart(added) || isOutputPart(fieldsOf(added['fields'])))
  );
}
