import 'reflect-metadata';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { ExportError, LabelError, MetricName } from '../../src/index.js';
import { errorType } from '../../src/instrumentation/class-name.js';

/** A class with the name that a minifier gives it. */
function minified<C extends Function>(constructor: C, name = 'u'): C {
  return Object.defineProperty(constructor, 'name', { value: name });
}

const Unnamed = minified(class extends Error {});
const Assigned = minified(
  class extends Error {
    override name = 'PaymentError';
  },
);
class WithStaticName extends Error {}
Object.defineProperty(WithStaticName, 'name', { value: 'PaymentError' });

/** As NestJS' exceptions, which take the name of their class. */
const Exception = minified(
  class extends Error {
    constructor(message: string) {
      super(message);
      this.name = new.target.name;
    }
  },
);

@MetricName('QuotaError')
class Quota extends Exception {}
minified(Quota);

class DailyQuota extends Quota {}
minified(DailyQuota);

@MetricName('DeclaredError')
class Declared extends Assigned {}

describe('the type of an error is', () => {
  test.each([
    ['the name of a built-in class', new RangeError('x'), 'RangeError'],
    ['the name that the error was given', new Assigned('x'), 'PaymentError'],
    ['the static name of its class', new WithStaticName(), 'PaymentError'],
    ['the name given by @MetricName', new Quota('x'), 'QuotaError'],
    ['that of the class above', new DailyQuota('x'), 'QuotaError'],
    ['@MetricName before its own name', new Declared('x'), 'DeclaredError'],
    ['that of its class, if there is no other', new Unnamed('x'), 'u'],
    ['Error, if the error has no name', new Error('x'), 'Error'],
    ['that of an error of this package', new LabelError('x'), 'LabelError'],
    ['what was thrown, if it is no error', 'text', 'string'],
  ])('the type of an error is %s', (_, error, type) => {
    expect(errorType(error)).toBe(type);
  });

  test('the same for errors of another realm, where test runners run each file', () => {
    const error: unknown = runInNewContext('new RangeError("x")');
    expect(error).not.toBeInstanceOf(Error);
    expect(errorType(error)).toBe('RangeError');
  });

  test('"Error" for an error that does not let itself be looked at', () => {
    for (const constructor of [undefined, null, 'odd', {}]) {
      const error = Object.assign(new Error('x'), { constructor });
      expect(errorType(error)).toBe('Error');
    }
    const { proxy, revoke } = Proxy.revocable(new Error('x'), {});
    revoke();
    expect(errorType(proxy)).toBe('Error');
  });

  test('the name of a class of this package in minified apps too, and of its subclasses', () => {
    class OwnExportError extends ExportError {}
    expect(new OwnExportError('x').name).toBe('OwnExportError');
    expect(Object.getOwnPropertyDescriptor(LabelError, 'name')).toMatchObject({
      value: 'LabelError',
    });
  });
});
