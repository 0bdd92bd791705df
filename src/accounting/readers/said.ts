import type { ChunkAnswer } from '../answer.js';
import type { Fields } from '../fields.js';
import { mergeFields } from '../merge-answers.js';
import type { OddFields } from '../odd-fields.js';
import type { TokensByModality } from '../usage.js';

/**
 * Usage as an API reports it, before it is made inclusive: which counts are parts of which
 * depends on the API and the provider.
 */
export interface ToldUsage {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
  readonly total?: number | undefined;
  readonly cached?: number | undefined;
  /** All tokens that were written to a cache, whatever their lifetime. */
  readonly written?: number | undefined;
  readonly writtenForMinutes?: number | undefined;
  readonly writtenForHour?: number | undefined;
  readonly reasoning?: number | undefined;
  /** Results of hosted tools that are beside the input. */
  readonly toolInput?: number | undefined;
  /** Tokens of cited texts that are beside the output. */
  readonly citations?: number | undefined;
  readonly inputByModality?: TokensByModality | undefined;
  readonly cachedByModality?: TokensByModality | undefined;
  readonly outputByModality?: TokensByModality | undefined;
  readonly billedInput?: number | undefined;
  readonly billedOutput?: number | undefined;
  /** Calls of hosted tools, by tool. */
  readonly calls?: Readonly<Record<string, number>> | undefined;
  /** The same calls one by one: the tool of each, by its place in the answer. A later chunk may list them again. */
  readonly callsByPlace?: Readonly<Record<string, string>> | undefined;
  /** The cost in USD. */
  readonly cost?: string | undefined;
  /** The part of the cost that another provider bills. */
  readonly upstreamCost?: string | undefined;
  /** What was left out, since it is no count. */
  readonly odd?: OddFields | undefined;
}

/** Where the parts of usage are. */
export interface Placement {
  /** Tokens of a cache are beside the input, and not among it. */
  readonly cacheIsBeside?: boolean;
  /** Tokens of reasoning are beside the output. */
  readonly reasoningIsBeside?: boolean;
  /** Tokens of reasoning that only the total has. */
  readonly hiddenReasoning?: number | undefined;
}

/** What a reader has read from an answer, or from a chunk of one. */
export interface Said extends Pick<
  ChunkAnswer,
  | 'responseModel'
  | 'serviceTier'
  | 'inferenceGeo'
  | 'finishReason'
  | 'finishKind'
  | 'error'
  | 'isOutput'
> {
  readonly told?: ToldUsage | undefined;
  /** Nothing but usage follows. */
  readonly isEnd?: boolean | undefined;
}

/** The request that an answer belongs to, as far as it decides what its counts mean. */
export interface ReadContext {
  readonly provider: string;
  readonly model: string | undefined;
  readonly isStream: boolean;
}

/** Reads the answers of one API. */
export interface ApiReader {
  /**
   * Reads an answer, or a chunk of one.
   *
   * @returns `undefined` if nothing of the API is in it.
   */
  read(answer: Fields, context: ReadContext): Said | undefined;
  /** Reads an answer that is a text. Default: such an answer does not belong to the API. */
  readText?(answer: string): Said | undefined;
  /** Where the parts of the usage are that was read. Default: each is in its total. */
  placement?(told: ToldUsage, context: ReadContext): Placement;
  /** Whether usage without one of the totals is incomplete. */
  readonly hasBothTotals: boolean;
}

export function mergeTold(
  before: ToldUsage | undefined,
  now: ToldUsage | undefined,
): ToldUsage | undefined {
  return before && now ? mergeFields(before, now) : (now ?? before);
}
