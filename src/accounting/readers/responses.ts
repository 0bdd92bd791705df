import { errorOf } from '../answer-errors.js';
import {
  count,
  type Fields,
  fieldsOf,
  hasContent,
  isFields,
  itemsOf,
  text,
} from '../fields.js';
import { placementByTotal, readUsage } from './openai-usage.js';
import type { ApiReader, Said, ToldUsage } from './said.js';

/** The states of a response that is still in work. */
const UNFINISHED: readonly unknown[] = ['in_progress', 'queued', undefined];

/** Tools that the provider runs for a fee by the call, by the type of the item in the output. */
export const BILLED_TOOLS: ReadonlyMap<unknown, string> = new Map([
  ['web_search_call', 'web_search'],
  ['file_search_call', 'file_search'],
  ['code_interpreter_call', 'code_interpreter'],
  ['image_generation_call', 'image_generation'],
]);

/** The Responses API: a response, or an event of a streamed one. */
export const responses: ApiReader = {
  hasBothTotals: true,
  // Reasoning is in the output here, also with providers whose chats have it beside.
  placement: (told, context) => placementByTotal(told, context, false),
  read(answer) {
    const { type, response } = answer;
    if (isFields(response)) return { ...readState(response), isOutput: false };
    return typeof type === 'string'
      ? readEvent(type, answer)
      : readState(answer);
  },
};

function readState(response: Fields): Said | undefined {
  const { status, usage, error } = response;
  const output = itemsOf(response['output']);
  const responseModel = text(response['model']);
  const isOfApi =
    Array.isArray(response['output']) || responseModel || text(status);
  if (!isOfApi && !isFields(usage)) return undefined;
  return {
    responseModel,
    serviceTier: text(response['service_tier']),
    finishReason: finishReason(response),
    finishKind: finishKindOf(status, output),
    error:
      status === 'failed' || hasContent(error) ? failure(error) : undefined,
    told: {
      ...(isFields(usage) ? readUsage(usage) : undefined),
      callsByPlace: Object.fromEntries(output.flatMap(placedCall)),
      ...billedSearches(response),
    },
  };
}

function readEvent(type: string, event: Fields): Said {
  if (type === 'error') {
    const { error = event } = event;
    return { error: failure({ code: fieldsOf(error)['code'] }) };
  }
  if (type === 'response.output_item.done') {
    const place = count(event['output_index']) ?? 0;
    const calls = placedCall(fieldsOf(event['item']), place);
    return {
      isOutput: false,
      told: { callsByPlace: Object.fromEntries(calls) },
    };
  }
  return { isOutput: isOutput(type, event) };
}

/** Parts of the output. Events that begin or end a part, or repeat it as a whole, are none. */
// Why: docs/decisions/integrations.md, "OpenAI: the first chunk is the first output".
function isOutput(type: string, event: Fields): boolean {
  const { delta, item, partial_image_b64 } = event;
  if (type.endsWith('.delta')) return hasContent(delta);
  if (type === 'response.output_item.added') {
    return text(fieldsOf(item)['name']) !== undefined;
  }
  return hasContent(partial_image_b64);
}

function finishReason(response: Fields): string | undefined {
  const { status } = response;
  if (UNFINISHED.includes(status)) return undefined;
  const reason = text(fieldsOf(response['incomplete_details'])['reason']);
  const name = text(status);
  return name === 'incomplete' && reason ? `${name}:${reason}` : name;
}

/** What the status does not say: the model asks for a tool, or refuses. */
function finishKindOf(status: unknown, output: readonly Fields[]) {
  if (status !== 'completed') return undefined;
  const types = output.flatMap(({ type, content }) => [
    type,
    ...itemsOf(content).map((part) => part['type']),
  ]);
  if (types.includes('refusal')) return 'refusal';
  return types.some((type) => TOOL_CALLS.includes(type))
    ? 'tool_calls'
    : undefined;
}

/** Calls that the app answers. */
const TOOL_CALLS: readonly unknown[] = ['function_call', 'custom_tool_call'];

/**
 * A call of a tool that the provider runs, with the tool's name, if the call costs a fee. Pages that a
 * search opens cost none, and a container for code costs one fee however often it is used.
 */
function placedCall(item: Fields, place: number): [string, string][] {
  const { type, action, status, container_id: container } = item;
  const tool = BILLED_TOOLS.get(type);
  const { type: kind = 'search' } = fieldsOf(action);
  const isFree = tool === 'web_search' && kind !== 'search';
  if (tool === undefined || isFree || status === 'failed') return [];
  return [[text(container) ?? String(place), tool]];
}

/** The searches that are billed, where the provider counts them. */
function billedSearches({ tool_usage }: Fields): ToldUsage {
  const { num_requests } = fieldsOf(fieldsOf(tool_usage)['web_search']);
  const searches = count(num_requests);
  return searches ? { calls: { web_search: searches } } : {};
}

/** The error of a failed response. Its code is the `error_type`. */
// Why: docs/decisions/integrations.md, "OpenAI: a response may be a failure".
function failure(error: unknown): Error {
  const reported = errorOf(error);
  if (reported.name === 'ReportedError') reported.name = 'ResponseFailed';
  return reported;
}
