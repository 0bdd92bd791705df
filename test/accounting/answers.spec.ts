import { describe, expect, test } from 'vitest';
import type { InferenceAnswer } from '../../src/accounting/answer.js';
import {
  AnswerReader,
  answerReader,
  readAnswer,
} from '../../src/accounting/answer-reader.js';
import { mergeAnswers } from '../../src/accounting/merge-answers.js';
import type { TokenUsage } from '../../src/accounting/usage.js';
import { ANSWER_CASES, type AnswerCase, answerOf } from './answers/cases.js';
import { chunksOf, sourceOf } from './answers/sources.js';

/** Reads a case as an app does: whole, or chunk by chunk as `observeStream()` does. */
function read(one: AnswerCase): InferenceAnswer {
  if (one.mode === 'json') return readAnswer(sourceOf(one), one.answer);
  const reader = answerReader(sourceOf(one)).fresh();
  return chunksOf(one).map(reader).reduce(mergeAnswers, {});
}

describe.each(ANSWER_CASES)('$id', (one) => {
  const answer = read(one);

  test('an answer of a provider has the tokens that it tells, in the inclusive model', () => {
    const { by_modality } = one.usage_expected ?? {};
    const {
      inputByModality,
      cachedInputByModality,
      outputByModality,
      ...counts
    } = answer.usage ?? {};
    const expected: TokenUsage = answerOf(one).usage ?? {};
    expect({ ...expected, ...counts }).toEqual(expected);
    expect({ ...counts, ...modalitiesOf(expected) }).toEqual(expected);
    if (by_modality) {
      expect({
        inputByModality,
        cachedInputByModality,
        outputByModality,
      }).toEqual(modalitiesOf(expected));
    }
  });

  test('an answer of a provider has its model, its finish reason and its tier', () => {
    expect(answer.responseModel ?? null).toBe(one.response_model);
    expect(answer.finishReason ?? null).toBe(one.finish_reason);
    // The time of day is no tier that an answer tells.
    if (one.service_tier !== undefined && one.service_tier !== 'off_peak') {
      expect(answer.serviceTier).toBe(one.service_tier);
    }
  });

  test('an answer of a provider that is cut off or lacks a count is a lower bound', () => {
    expect(answer.isPartial ?? false).toBe(one.partial ?? false);
  });

  test('an answer of a provider is a failure only if it says so or cannot be read', () => {
    const { error } = answer as { error?: Error };
    expect(error !== undefined).toBe(one.ended === 'error');
    if (one.error_expected) expect(error?.name).toBe(one.error_expected);
  });

  test('an answer of a provider has the cost, the billed tokens and the calls that it tells', () => {
    const { reportedCost, billedTokens, hostedCalls } = answer;
    const { billed, calls } = one.usage_expected ?? {};
    const isReported = one.cost_basis === 'reported';
    expect(reportedCost).toEqual(
      isReported ? { amount: one.cost_expected, currency: 'USD' } : undefined,
    );
    expect(billedTokens).toEqual(
      billed && { inputTokens: billed.input, outputTokens: billed.output },
    );
    expect(hostedCalls).toEqual(calls);
  });
});

function modalitiesOf(usage: TokenUsage) {
  const { inputByModality, cachedInputByModality, outputByModality } = usage;
  return { inputByModality, cachedInputByModality, outputByModality };
}

test.each(ANSWER_CASES.filter(({ mode }) => mode === 'stream'))(
  'a reader of a stream returns all that was said so far: $id',
  (one) => {
    const reader = new AnswerReader(sourceOf(one));
    const answers = chunksOf(one).map((chunk) => reader.read(chunk));
    const { isOutput: _last, ...last } = answers.at(-1)!;
    expect(read(one)).toMatchObject(last);
  },
);
