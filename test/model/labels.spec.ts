import { describe, expect, test } from 'vitest';
import { LabelError } from '../../src/core/errors.js';
import { readLabels } from '../../src/model/labels.js';
import { canonicalSet, type Labels } from '../../src/model/labels.js';

const set = (labels: unknown, defaults?: Labels) =>
  canonicalSet(readLabels(labels, 'm'), 'm', defaults);

describe('labels in canonical form', () => {
  test('canonical labels are sorted by name, whatever the order they were given in', () => {
    expect(set({ b: 'y', a: 'x' })).toEqual(set({ a: 'x', b: 'y' }));
  });

  test('canonical labels have numbers and booleans as text', () => {
    expect(set({ code: 200, ok: true, ratio: 0.5 })).toEqual({
      names: ['code', 'ok', 'ratio'],
      values: ['200', 'true', '0.5'],
    });
  });

  test('canonical labels leave out values that are null, undefined or empty', () => {
    expect(set({ a: null, b: undefined, c: '', d: 'x' })).toEqual({
      names: ['d'],
      values: ['x'],
    });
  });

  test('canonical labels have the defaults for absent labels', () => {
    expect(set({ b: 'own', c: null }, { a: '1', b: '2' })).toEqual({
      names: ['a', 'b'],
      values: ['1', 'own'],
    });
  });

  test('canonical labels replace lone surrogates, which UTF-8 cannot encode', () => {
    expect(set({ a: 'x\ud800' }).values).toEqual(['x\ufffd']);
  });

  test.each(['le', 'quantile', '__name__', '__x'])(
    'canonical labels are refused with the reserved name %s',
    (name) => {
      expect(() => set({ [name]: 'x' })).toThrow(
        `Label name "${name}" of metric "m" is reserved by Prometheus`,
      );
    },
  );

  test.each(['', 'my-label', '1st', 'a b', 'a:b', 'ü'])(
    'canonical labels are refused with the malformed name %j, even when the value is absent',
    (name) => {
      expect(() => set({ [name]: null })).toThrow(LabelError);
    },
  );

  test.each([[{}], [['x']], [() => 'x'], [Symbol('x')], [10n], [new Date(0)]])(
    'canonical labels are refused with a value that is no text, number or boolean: %s',
    (value) => {
      expect(() => set({ a: value })).toThrow(
        /Label "a" of metric "m" is .*; expected a string, number or boolean/,
      );
    },
  );

  test.each(['text', 5, [['a', 'b']], true])(
    'canonical labels are refused when they are not an object: %j',
    (labels) => {
      expect(() => set(labels)).toThrow(LabelError);
    },
  );
});
