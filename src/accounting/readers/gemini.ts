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
import type { Modality, TokensByModality } from '../usage.js';
import type {
  ApiReader,
  Placement,
  ReadContext,
  Said,
  ToldUsage,
} from './said.js';

const MODALITIES: ReadonlyMap<unknown, Modality> = new Map([
  ['TEXT', 'text'],
  ['IMAGE', 'image'],
  ['AUDIO', 'audio'],
  ['VIDEO', 'video'],
  ['DOCUMENT', 'document'],
]);

const OUTPUT_PARTS = [
  'text',
  'functionCall',
  'inlineData',
  'executableCode',
] as const;

/** Gemini's `generateContent`: an answer, or a chunk of a streamed one. */
export const geminiGenerateContent: ApiReader = {
  // It leaves out counts of 0.
  hasBothTotals: false,
  placement,
  read(answer, context) {
    const { candidates, promptFeedback, usageMetadata } = answer;
    const isOfApi = [promptFeedback, usageMetadata].some(isFields);
    if (!Array.isArray(candidates) && !isOfApi) return undefined;
    return readAnswer(answer, itemsOf(candidates), context);
  },
};

function readAnswer(
  answer: Fields,
  candidates: readonly Fields[],
  context: ReadContext,
): Said {
  const usage = fieldsOf(answer['usageMetadata']);
  const responseModel = text(answer['modelVersion']);
  const isBlocked = hasContent(
    fieldsOf(answer['promptFeedback'])['blockReason'],
  );
  const isBilledByQuery = isSearchBilledByQuery(responseModel ?? context.model);
  return {
    responseModel,
    serviceTier: serviceTier(answer, usage),
    finishReason: candidates
      .map((one) => text(one['finishReason']))
      .find(Boolean),
    finishKind: isBlocked ? 'content_filter' : undefined,
    isEnd: isBlocked,
    isOutput: candidates.some(isOutput),
    told: {
      ...toldUsage(usage),
      callsByPlace: searches(candidates, isBilledByQuery),
    },
  };
}

function toldUsage(usage: Fields): ToldUsage {
  return {
    input: count(usage['promptTokenCount']),
    toolInput: count(usage['toolUsePromptTokenCount']),
    output: count(usage['candidatesTokenCount'] ?? usage['responseTokenCount']),
    total: count(usage['totalTokenCount']),
    cached: count(usage['cachedContentTokenCount']),
    reasoning: count(usage['thoughtsTokenCount']),
    inputByModality: byModality([
      ...itemsOf(usage['promptTokensDetails']),
      ...itemsOf(usage['toolUsePromptTokensDetails']),
    ]),
    cachedByModality: byModality(itemsOf(usage['cacheTokensDetails'])),
    outputByModality: byModality(
      itemsOf(
        usage['candidatesTokensDetails'] ?? usage['responseTokensDetails'],
      ),
    ),
    odd: oddFields(usage),
  };
}

function byModality(details: readonly Fields[]): TokensByModality {
  const tokens: { [M in Modality]?: number } = {};
  for (const { modality, tokenCount } of details) {
    const kind = MODALITIES.get(modality);
    const counted = count(tokenCount);
    if (kind && counted) tokens[kind] = (tokens[kind] ?? 0) + counted;
  }
  return tokens;
}

/** Thoughts are beside the candidates, unless the total says otherwise. */
function placement({
  input,
  toolInput,
  output,
  total,
  reasoning,
}: ToldUsage): Placement {
  const isTotalWithoutThoughts = total === sum(input, toolInput, output);
  const fits = (reasoning ?? 0) <= (output ?? 0);
  return { reasoningIsBeside: !(isTotalWithoutThoughts && fits) };
}

/** The tier, which the two platforms name differently, e.g. `ON_DEMAND_FLEX`. */
function serviceTier(answer: Fields, usage: Fields): string | undefined {
  const told =
    text(usage['serviceTier']) ??
    text(answer['serviceTier']) ??
    text(usage['trafficType']);
  return told?.toLowerCase().replace(/^(on_demand|service_tier)_/, '');
}

/** From Gemini 3 on each query is billed, before it each grounded prompt. */
function isSearchBilledByQuery(model: string | undefined): boolean {
  const [, version = '3'] = /gemini-(\d+)/.exec(model ?? '') ?? [];
  return Number(version) >= 3;
}

function searches(candidates: readonly Fields[], isBilledByQuery: boolean) {
  const queries = candidates
    .flatMap((one) => fieldsOf(one['groundingMetadata'])['webSearchQueries'])
    .filter(hasContent);
  const billed = isBilledByQuery ? queries : queries.slice(0, 1);
  return Object.fromEntries(
    billed.map((_, place) => [String(place), 'web_search']),
  );
}

function isOutput({ content }: Fields): boolean {
  return itemsOf(fieldsOf(content)['parts']).some((part) =>
    OUTPUT_PARTS.some((field) => hasContent(part[field])),
  );
}

/** Gemini's `embedContent`. Only Google's platform for enterprises tells its tokens. */
export const geminiEmbedContent: ApiReader = {
  hasBothTotals: false,
  read({ embeddings, embedding }) {
    const all = isFields(embedding) ? [embedding] : itemsOf(embeddings);
    if (all.length === 0 && !Array.isArray(embeddings)) return undefined;
    const statistics = all.map((one) => fieldsOf(one['statistics']));
    const counts = statistics.map((one) => count(one['tokenCount']));
    const odd = oddFields({ statistics });
    return { told: { input: sum(...counts), odd } };
  },
};
