import {
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  itemsOf,
} from '../fields.js';
import type { KeptTexts } from './kept-texts.js';
import { addJson, addTexts } from './texts-in.js';

/** The texts of a request to one of OpenAI's APIs. */
const ASKED = [
  'messages',
  'instructions',
  'input',
  'prompt',
  'suffix',
] as const;

/** What models read as JSON. */
const DEFINITIONS = ['tools', 'functions'] as const;

/** Texts that the provider has, and the request has not. */
const STORED = ['previous_response_id', 'conversation'] as const;

/** The events that have a whole response. */
const ENDS: readonly unknown[] = ['response.completed', 'response.incomplete'];

/** Adds the texts of a request: chats, responses, text completions and embeddings. */
export function addRequest(texts: KeptTexts, body: unknown): void {
  const request = fieldsOf(body);
  for (const name of ASKED) addTexts(texts, request[name], name);
  for (const name of DEFINITIONS) addJson(texts, request[name], name);
  const { response_format, text, prompt } = request;
  for (const format of [response_format, fieldsOf(text)['format']]) {
    const isSchema = fieldsOf(format)['type'] === 'json_schema';
    if (isSchema) addJson(texts, format, 'format');
  }
  const isStored = STORED.some((name) => hasContent(request[name]));
  if (isStored || isFields(prompt)) texts.addOther();
}

/** Adds the texts of a whole answer. */
export function addAnswer(texts: KeptTexts, answer: unknown): void {
  const { choices, output } = fieldsOf(answer);
  addTexts(texts, choices, 'choices');
  addTexts(texts, output, 'output');
}

/** Adds the pieces of texts in a chunk, or in an event of a streamed response. */
export function addChunk(texts: KeptTexts, chunk: unknown): void {
  const fields = fieldsOf(chunk);
  const { type, choices, response } = fields;
  if (isFields(response)) addEnd(texts, type, response);
  else if (typeof type === 'string') addEvent(texts, type, fields);
  else addTexts(texts, choices, 'choices');
}

/** A whole response repeats what its events said. */
function addEnd(texts: KeptTexts, type: unknown, response: Fields): void {
  const { output } = response;
  if (!ENDS.includes(type) || itemsOf(output).length === 0) return;
  texts.clear();
  addTexts(texts, output, 'output');
}

function addEvent(texts: KeptTexts, type: string, event: Fields): void {
  const { delta, item, output_index, content_index, summary_index } = event;
  const place = [type, output_index, content_index ?? summary_index].join('.');
  if (type === 'response.output_item.added') {
    addTexts(texts, fieldsOf(item)['name'], place);
  } else if (type.endsWith('audio.delta')) {
    texts.addOther();
  } else if (type.endsWith('.delta')) {
    addTexts(texts, delta, place);
  }
}
