import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ChunkAnswer } from '../../src/accounting/answer.js';
import {
  AnswerReader,
  answerReader,
  readAnswer,
} from '../../src/accounting/answer-reader.js';
import type { AnswerSource } from '../../src/accounting/answer-source.js';
import { mergeAnswers } from '../../src/accounting/merge-answers.js';
import { checkInference } from '../../src/instrumentation/gen-ai/inference-checks.js';
import { ANSWER_CASES } from './answers/cases.js';
import { chunksOf, sourceOf } from './answers/sources.js';

const CHAT = { api: 'chat.completions', provider: 'openai' } as const;

/** Values that are no counts, as servers send them. */
const ODD: readonly unknown[] = [
  10.5,
  -1,
  '12',
  NaN,
  Infinity,
  1e300,
  true,
  null,
  undefined,
  [],
  {},
  'many',
];

const APIS: readonly AnswerSource[] = ANSWER_CASES.map(sourceOf);

const chunks = fc.oneof(
  fc.anything(),
  fc.constantFrom('<html>', '', '[DONE]', null, undefined, 0, [], [{}]),
  fc.constantFrom(...ANSWER_CASES.flatMap(({ answer }) => answer as unknown[])),
);

/** Reads chunks as `observeStream()` does. */
function readAll(source: AnswerSource, parts: readonly unknown[]) {
  const answers = parts.map(answerReader(source));
  const { isOutput: _last, ...answer } = answers.reduce<ChunkAnswer>(
    mergeAnswers,
    {},
  );
  return answer;
}

/** All paths of counts in an answer. */
function countsIn(value: unknown, path: readonly string[] = []): string[][] {
  if (typeof value === 'number') return [[...path]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) =>
    countsIn(one, [...path, key]),
  );
}

function replaced(
  value: any,
  [key, ...path]: readonly string[],
  by: unknown,
): any {
  if (key === undefined) return by;
  const copy = Array.isArray(value) ? [...value] : { ...value };
  copy[key] = replaced(copy[key], path, by);
  return copy;
}

/** A copy without the value at a path: as if it had never been sent. */
function without(value: any, path: readonly string[]): any {
  const copy = structuredClone(value);
  let parent = copy;
  for (const key of path.slice(0, -1)) parent = parent[key];
  delete parent[path.at(-1)!];
  return copy;
}

const WHOLE = ANSWER_CASES.filter(
  ({ mode, answer }) => mode === 'json' && typeof answer === 'object',
);

/** Names of what each object has without being asked. */
const INHERITED = ['constructor', 'toString', 'valueOf', '__proto__'];

describe('odd answers', () => {
  test.each(INHERITED)('a tool of type "%s" is not known', (type) => {
    const source = { api: 'responses', provider: 'openai' } as const;
    const answer = readAnswer(source, { model: 'm', output: [{ type }] });
    expect(answer.hostedCalls).toBeUndefined();
  });

  test.each(INHERITED)('the modality "%s" is not known', (modality) => {
    const details = [
      { modality, tokenCount: 3 },
      { modality: 'IMAGE', tokenCount: 1 },
    ];
    const answer = readAnswer(
      { api: 'gemini.generate_content', provider: 'gcp.gemini' },
      {
        candidates: [{ finishReason: 'STOP' }],
        usageMetadata: { promptTokenCount: 4, promptTokensDetails: details },
      },
    );
    const { inputByModality = {} } = answer.usage ?? {};
    expect(Object.entries(inputByModality)).toEqual([['image', 1]]);
  });

  test.each(WHOLE)(
    'an invalid count is left out alone and named, and all others are read: $id',
    (one) => {
      const source = sourceOf(one);
      const { oddFields: none, ...whole } = readAnswer(source, one.answer);
      if (!one.id.includes('odd')) expect(none).toBeUndefined();
      for (const path of countsIn(one.answer)) {
        // A cost may be a fraction, and a code may be anything.
        if (path.some((key) => /cost|code/.test(key))) continue;
        const { oddFields: before = {}, ...expected } = readAnswer(
          source,
          without(one.answer, path),
        );
        const isRead = !isDeepStrictEqual(whole, expected);
        for (const odd of ODD) {
          const { oddFields = {}, ...answer } = readAnswer(
            source,
            replaced(one.answer, path, odd),
          );
          const where = `${path.join('.')} = ${String(odd)}`;
          expect(answer, where).toEqual(expected);
          const isNamed = Object.entries(oddFields).some(
            ([name, value]) =>
              name.endsWith(path.at(-1)!) && Object.is(value, odd),
          );
          if (isRead && (odd ?? undefined) !== undefined) {
            expect(isNamed, where).toBe(true);
          }
          expect(Object.keys(oddFields).length, where).toBeLessThanOrEqual(
            Object.keys(before).length + 1,
          );
        }
      }
    },
  );

  test.each(WHOLE)('fields that are not known change nothing: $id', (one) => {
    const more = { ...one.answer, novelty: { tokens: 7 }, __extra: [1] };
    const usage = one.answer.usage && {
      ...one.answer.usage,
      novel_tokens: 9,
      novel_details: { x: 1 },
    };
    const answer = readAnswer(sourceOf(one), usage ? { ...more, usage } : more);
    expect(answer).toEqual(readAnswer(sourceOf(one), one.answer));
  });

  test('chunks may be anything: a reader never throws, and what it reads can be recorded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...APIS),
        fc.array(chunks, { maxLength: 8 }),
        (source, parts) => {
          const answer = readAll(source, parts);
          const request = { provider: source.provider, model: 'm', seconds: 1 };
          checkInference({ ...request, ...answer });
          checkInference({ ...request, ...readAnswer(source, parts[0]) });
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test.each([
    ['a text', 'Yes.'],
    ['a page', '<!doctype html><html></html>'],
    ['nothing', ''],
    ['null', null],
    ['no value', undefined],
    ['an array', [{ choices: [] }]],
    ['an empty object', {}],
    ['an object of something else', { message: 'Not found' }],
  ])('an answer that is %s is a failure, whatever the API', (_name, raw) => {
    for (const source of APIS) {
      expect(readAnswer(source, raw).error).toMatchObject({
        name: 'UnreadableAnswerError',
      });
    }
  });

  test.each([
    [{ error: { code: 429, message: 'slow down' } }, '429'],
    [{ error: { code: '3505', type: 'capacity' } }, '3505'],
    [
      { error: { code: null, type: 'invalid_request_error' } },
      'invalid_request_error',
    ],
    [{ error: { status: 'UNAVAILABLE' } }, 'UNAVAILABLE'],
    [{ error: 'model not found' }, 'ReportedError'],
    [{ error: 'no credits', code: 'forbidden' }, 'forbidden'],
    [
      { error: { message: 'x'.repeat(100), code: 'x'.repeat(100) } },
      'ReportedError',
    ],
    [
      {
        object: 'error',
        message: 'too long',
        type: 'BadRequestError',
        code: 400,
      },
      '400',
    ],
    [{ choices: [{ error: { code: 502 }, finish_reason: 'error' }] }, '502'],
    [
      { type: 'error', error: { type: 'overloaded_error' } },
      'overloaded_error',
    ],
  ])(
    'an error in an answer is named by its code, else by its type: %j',
    (raw, name) => {
      for (const provider of ['openai', 'openrouter', 'groq']) {
        const source = { ...CHAT, provider };
        expect(readAnswer(source, raw).error).toMatchObject({ name });
        expect(new AnswerReader(source).read(raw).error).toMatchObject({
          name,
        });
      }
    },
  );

  test.each([
    { error: null, choices: [], model: 'm' },
    { error: {}, choices: [], model: 'm' },
    { error: '', choices: [], model: 'm' },
    { error: false, choices: [], model: 'm' },
  ])('an empty error in an answer is no error: %j', (raw) => {
    expect(readAnswer(CHAT, raw).error).toBeUndefined();
  });

  test('an exception in a stream of Bedrock is named by its kind', () => {
    const source = {
      api: 'bedrock.converse',
      provider: 'aws.bedrock',
    } as const;
    const read = answerReader(source);
    expect(
      read({ throttlingException: { message: 'slow' } }).error,
    ).toMatchObject({
      name: 'throttlingException',
    });
  });

  test.each([
    [
      { api: 'chat', provider: 'openai' },
      /The api of an answer is 'chat'; expected one of: chat\.completions/,
    ],
    [
      { api: 'toString', provider: 'openai' },
      /The api of an answer is 'toString'/,
    ],
    [
      { api: 'responses', provider: '' },
      /The provider of an answer is ''; expected a text/,
    ],
    [undefined, /The api of an answer is undefined/],
  ])('a source that is not known is refused: %j', (source, message) => {
    for (const make of [
      () => readAnswer(source as never, {}),
      () => answerReader(source as never),
      () => new AnswerReader(source as never),
    ]) {
      expect(make).toThrow(message);
    }
  });

  test.each(ANSWER_CASES.filter(({ mode }) => mode === 'stream'))(
    'chunks that are repeated, empty or without anything change nothing: $id',
    (one) => {
      const parts = chunksOf(one);
      const expected = readAll(sourceOf(one), parts);
      const noise = [
        null,
        {},
        '',
        { usage: null },
        { usage: {} },
        { choices: [] },
      ];
      expect(
        readAll(
          sourceOf(one),
          parts.flatMap((part) => [part, part, ...noise]),
        ),
      ).toEqual(expected);
    },
  );
});
