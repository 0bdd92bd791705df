import {
  count,
  type Fields,
  fieldsOf,
  itemsOf,
} from '../../accounting/fields.js';
import type { KeptTexts } from '../../accounting/texts/kept-texts.js';
import { addJson, addTexts } from '../../accounting/texts/texts-in.js';
import { type Generation, type Generations } from './generation.js';

/** Parts of a message that repeat its calls of tools. */
const CALLS: readonly unknown[] = [
  'tool_use',
  'tool_call',
  'tool_call_chunk',
  'input_json_delta',
  'function_call',
  'functionCall',
];

/**
 * Adds the texts of a request.
 *
 * @param input the messages of each prompt, or the prompts.
 * @param params what LangChain passes to the API.
 */
export function addInput(
  texts: KeptTexts,
  input: unknown,
  params: unknown,
): void {
  const prompts: unknown[] = Array.isArray(input) ? input.flat() : [];
  prompts.forEach((prompt, i) => {
    if (typeof prompt === 'string') texts.add(prompt, `prompt.${i}`);
    else addMessage(texts, prompt, `message.${i}`);
  });
  const { tools, functions } = fieldsOf(params);
  addJson(texts, tools, 'tools');
  addJson(texts, functions, 'functions');
}

/** Adds the texts of all answers. */
export function addOutput(
  texts: KeptTexts,
  { generations = [] }: Generations,
): void {
  generations.flat().forEach((one, i) => addGeneration(texts, one, String(i)));
}

/** Adds the texts of an answer, or of a chunk of one. */
export function addGeneration(
  texts: KeptTexts,
  generation: Generation | undefined,
  place = '',
): void {
  const { message, text } = fieldsOf(generation);
  if (message === undefined) addTexts(texts, text, place);
  else addMessage(texts, message, place);
}

function addMessage(texts: KeptTexts, message: unknown, place: string): void {
  const { content, tool_calls, tool_call_chunks, additional_kwargs } =
    fieldsOf(message);
  const { reasoning_content } = fieldsOf(additional_kwargs);
  addTexts(texts, withoutCalls(content), `${place}.content`);
  addTexts(texts, reasoning_content, `${place}.reasoning`);
  const pieces = itemsOf(tool_call_chunks);
  const calls = pieces.length > 0 ? pieces : itemsOf(tool_calls);
  calls.forEach((call, i) => addCall(texts, call, `${place}.call.${i}`));
}

function withoutCalls(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  return content.filter((part) => !CALLS.includes(fieldsOf(part)['type']));
}

/** The arguments are an object, or pieces of a text in a chunk. */
function addCall(texts: KeptTexts, call: Fields, position: string): void {
  const { name, args } = call;
  const index = count(call['index']);
  const place = index === undefined ? position : `call.${index}`;
  addTexts(texts, name, `${place}.name`);
  if (typeof args === 'string') texts.add(args, `${place}.args`);
  else addJson(texts, args, `${place}.args`);
}
