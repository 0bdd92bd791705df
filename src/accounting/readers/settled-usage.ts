import type { InferenceAnswer } from '../answer.js';
import { sum } from '../fields.js';
import type { TokenUsage } from '../usage.js';
import { reportedCost } from './reported-cost.js';
import type { Placement, ToldUsage } from './said.js';

/** What usage says about an inference, in the inclusive model. */
export function settledUsage(
  told: ToldUsage,
  placement: Placement,
): InferenceAnswer {
  const { billedInput, billedOutput } = told;
  return {
    usage: known(inclusiveUsage(told, placement)),
    billedTokens: known({
      inputTokens: billedInput,
      outputTokens: billedOutput,
    }),
    hostedCalls: hostedCalls(told),
    reportedCost: reportedCost(told),
    oddFields: told.odd,
  };
}

function inclusiveUsage(told: ToldUsage, placement: Placement): TokenUsage {
  const { cached, reasoning = placement.hiddenReasoning } = told;
  const [minutes, hour] = cacheWrites(told);
  return {
    inputTokens: inputTokens(told, sum(cached, minutes, hour), placement),
    outputTokens: outputTokens(told, reasoning, placement),
    cachedInputTokens: cached,
    cacheWriteTokens: minutes,
    cacheWriteHourTokens: hour,
    reasoningTokens: reasoning,
    inputByModality: known(told.inputByModality),
    cachedInputByModality: known(told.cachedByModality),
    outputByModality: known(told.outputByModality),
  };
}

/** A part that is larger than its whole is added to it, whatever its API says. */
function inputTokens(
  { input, toolInput }: ToldUsage,
  cache: number | undefined,
  { cacheIsBeside }: Placement,
) {
  if (input === undefined) return undefined;
  const isBeside = cacheIsBeside || (cache ?? 0) > input;
  return sum(input, toolInput, isBeside ? cache : 0);
}

function outputTokens(
  { output, citations }: ToldUsage,
  reasoning: number | undefined,
  { reasoningIsBeside, hiddenReasoning: hidden }: Placement,
) {
  const isLarger = (reasoning ?? 0) > (output ?? Infinity);
  const isBeside = reasoningIsBeside || hidden !== undefined || isLarger;
  return sum(output, isBeside ? reasoning : undefined, citations);
}

/** Tokens written for minutes and for an hour. A lifetime that is not reported counts as minutes. */
function cacheWrites({
  written,
  writtenForMinutes,
  writtenForHour,
}: ToldUsage) {
  const isMinutesTold = (written ?? writtenForMinutes) !== undefined;
  const parts = sum(writtenForMinutes, writtenForHour) ?? 0;
  const all = Math.max(written ?? 0, parts);
  const minutes = isMinutesTold ? all - (writtenForHour ?? 0) : undefined;
  return [minutes, writtenForHour] as const;
}

/** The calls that are listed, unless their number is reported too: not every listed call is billed. */
function hostedCalls({ calls, callsByPlace }: ToldUsage) {
  if (callsByPlace === undefined) return known(calls);
  const counted: Record<string, number> = {};
  for (const tool of Object.values(callsByPlace)) {
    counted[tool] = (counted[tool] ?? 0) + 1;
  }
  return known({ ...counted, ...calls });
}

/** An object in which something is known; else `undefined`. */
function known<T extends object>(values: T | undefined): T | undefined {
  for (const field in values) {
    if (values[field] !== undefined) return values;
  }
  return undefined;
}
