import { expect } from 'vitest';
import { ExportError } from '../../../src/core/errors.js';

/** The error of an export that fails. */
export async function failure(work: Promise<unknown>): Promise<ExportError> {
  const error = await work.then(
    () => expect.fail('It was delivered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ExportError);
  return error as ExportError;
}
