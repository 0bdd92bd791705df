import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
} from '../fields.js';
import type { KeptTexts } from './kept-texts.js';

/** Where messages, their parts and items of OpenAI's APIs have texts, or what has texts. */
const PLACES = [
  'content',
  'text',
  'refusal',
  'thinking',
  'summary',
  'message',
  'delta',
  'tool_calls',
  'function_call',
  'function',
  'custom',
  'name',
  'arguments',
  'input',
  'output',
  'code',
] as const;

/** Servers have reasoning in one of these, and some the same one in several. */
const REASONING = [
  'reasoning_content',
  'reasoning',
  'reasoning_details',
] as const;

/**
 * Adds the texts in a message, in a part of one, or in an array of these.
 *
 * @param place where the value is: pieces of a stream with one place are one text.
 */
export function addTexts(
  texts: KeptTexts,
  value: unknown,
  place: string,
): void {
  if (typeof value === 'string') texts.add(value, place);
  else if (Array.isArray(value)) addItems(texts, value, place);
  else if (isFields(value)) addFields(texts, value, place);
}

/** Adds a value that models read as JSON, e.g. the definitions of tools. */
export function addJson(texts: KeptTexts, value: unknown, place: string): void {
  if (hasContent(value)) texts.add(JSON.stringify(value), place);
}

function addItems(
  texts: KeptTexts,
  items: readonly unknown[],
  place: string,
): void {
  if (typeof items[0] === 'number') return texts.addTokens(items.length);
  items.forEach((item, i) => {
    const index = count(fieldsOf(item)['index']) ?? i;
    addTexts(texts, item, `${place}.${index}`);
  });
}

function addFields(texts: KeptTexts, value: Fields, place: string): void {
  const reasoning = REASONING.find((name) => hasContent(value[name]));
  let hasPlace = reasoning !== undefined;
  if (hasPlace) addTexts(texts, value[reasoning!], `${place}.reasoning`);
  for (const name of PLACES) {
    if (value[name] === undefined) continue;
    hasPlace = true;
    addTexts(texts, value[name], `${place}.${name}`);
  }
  // Parts of a message have a type: one without a place is an image, a file or the like.
  const isOther = !hasPlace && typeof value['type'] === 'string';
  if (isOther || hasContent(value['audio'])) texts.addOther();
}
