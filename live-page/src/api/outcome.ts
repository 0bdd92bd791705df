import type { AnswerHead } from '../../../src/live/answers.js';

/** Why the page did not get an answer that it can show. */
export type Failure =
  | { readonly kind: 'away'; readonly reason: string }
  /** The app does not take the question, such as a range that its history does not cover. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'ended'; readonly status: number }
  | { readonly kind: 'outdated' };

export type Outcome =
  | { readonly answer: AnswerHead; readonly failure?: undefined }
  | { readonly answer?: undefined; readonly failure: Failure };
