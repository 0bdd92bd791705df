import {
  count,
  type Fields,
  fieldsOf,
  isFields,
  largestCount,
  sum,
} from '../fields.js';
import { oddFields } from '../odd-fields.js';
import type { TokensByModality } from '../usage.js';
import { toldCost, upstreamCost } from './reported-cost.js';
import type { Placement, ReadContext, ToldUsage } from './said.js';

const IS_XAI = /^x[._-]?ai$/i;
const IS_GOOGLE = /^(gcp|google|gemini|vertex)/i;

/** Reads usage of OpenAI's form: that of chats, or that of responses, whose names differ. */
export function readUsage(usage: Fields): ToldUsage {
  const { prompt_cache_hit_tokens: hit, prompt_cache_miss_tokens: miss } =
    usage;
  const input = inputDetails(usage);
  const output = fieldsOf(
    usage['completion_tokens_details'] ?? usage['output_tokens_details'],
  );
  const citations = count(usage['citation_tokens']);
  return {
    input:
      largestCount(usage['prompt_tokens'], usage['input_tokens']) ??
      sum(count(hit), count(miss)),
    output: largestCount(usage['completion_tokens'], usage['output_tokens']),
    total: count(usage['total_tokens']),
    cached: cachedTokens(usage, input),
    written: writtenTokens(usage, input),
    reasoning: largestCount(
      output['reasoning_tokens'],
      usage['reasoning_tokens'],
    ),
    citations,
    inputByModality: byModality(input),
    cachedByModality: byModality(fieldsOf(input['cached_tokens_details'])),
    outputByModality: byModality(output, citations),
    calls: hostedCalls(usage),
    cost: toldCost(usage),
    upstreamCost: upstreamCost(usage),
    odd: oddFields(usage),
  };
}

function inputDetails(usage: Fields): Fields {
  return fieldsOf(
    usage['prompt_tokens_details'] ??
      usage['prompt_token_details'] ??
      usage['input_tokens_details'] ??
      usage['input_token_details'],
  );
}

function cachedTokens(usage: Fields, details: Fields) {
  return largestCount(
    details['cached_tokens'],
    usage['cached_tokens'],
    usage['num_cached_tokens'],
    usage['prompt_cache_hit_tokens'],
    usage['cache_read_input_tokens'],
  );
}

function writtenTokens(usage: Fields, details: Fields) {
  return largestCount(
    details['cache_write_tokens'],
    details['cache_creation_tokens'],
    usage['cache_creation_input_tokens'],
  );
}

/** Servers list kinds of content that the request does not have. */
function byModality(details: Fields, citation?: number): TokensByModality {
  return {
    text: count(details['text_tokens']) || undefined,
    image: count(details['image_tokens']) || undefined,
    audio: count(details['audio_tokens']) || undefined,
    video: count(details['video_tokens']) || undefined,
    citation,
  };
}

/** Calls of tools that the provider runs, where usage has their number. */
function hostedCalls(usage: Fields): Record<string, number> | undefined {
  const {
    server_tool_use: requests,
    server_side_tool_usage_details: calls,
    num_search_queries: queries,
  } = usage;
  const searches = count(queries);
  const areNone = [requests, calls, searches].every((one) => one === undefined);
  if (areNone) return undefined;
  return {
    ...countsNamed(requests, '_requests'),
    ...countsNamed(calls, '_calls'),
    ...(searches === undefined ? {} : { web_search: searches }),
  };
}

/** The counts whose names end so, e.g. `web_search_requests`. */
export function countsNamed(
  counts: unknown,
  ending: string,
): Record<string, number> | undefined {
  if (!isFields(counts)) return undefined;
  const named = Object.entries(counts).filter(
    ([name, value]) => name.endsWith(ending) && count(value) !== undefined,
  );
  return Object.fromEntries(
    named.map(([name, value]) => [
      name.slice(0, -ending.length),
      value as number,
    ]),
  );
}

/**
 * One form has several meanings. The total decides whether reasoning, or what a cache holds, is
 * within the other counts or in addition to them; where it is missing, the provider does.
 */
// Why: docs/decisions/accounting.md, "The total decides what the counts of a chat include".
export function placementByTotal(
  told: ToldUsage,
  { provider }: ReadContext,
  isReasoningBeside = IS_XAI.test(provider),
): Placement {
  const { input, output, total, reasoning = 0 } = told;
  if (input === undefined || output === undefined) return {};
  const cache = (told.cached ?? 0) + (told.written ?? 0);
  const rest = total === undefined ? undefined : total - input - output;
  if (rest === 0) return { reasoningIsBeside: isPerplexity(told, provider) };
  // Google's servers of this API leave reasoning to the total.
  const isHidden = IS_GOOGLE.test(provider) && reasoning === 0;
  if (isHidden && rest! > 0) return { hiddenReasoning: rest };
  const areBothBeside = rest === cache + reasoning;
  return {
    cacheIsBeside: areBothBeside || rest === cache,
    reasoningIsBeside: areBothBeside || rest === reasoning || isReasoningBeside,
  };
}

/** Perplexity's total has neither reasoning nor citations. */
function isPerplexity({ citations }: ToldUsage, provider: string): boolean {
  return citations !== undefined || /perplexity/i.test(provider);
}
