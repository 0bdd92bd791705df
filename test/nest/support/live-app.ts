import type { ModuleMetadata } from '@nestjs/common';
import type { Answers } from '../../../src/live/answers.js';
import { waitFor } from '../../support/http.js';
import { type MakeAdapter, type RunningApp, startApp } from './app.js';

/** An app with a live page. */
export interface LiveApp extends RunningApp {
  /** An answer of the API. */
  answer<V extends keyof Answers>(
    view: V,
    query?: Readonly<Record<string, string>>,
  ): Promise<Answers[V]>;
  /** An answer for which something holds: the next samples bring it. */
  answerWhen<V extends keyof Answers>(
    view: V,
    holds: (answer: Answers[V]) => unknown,
    query?: Readonly<Record<string, string>>,
  ): Promise<Answers[V]>;
}

/** Starts an app with a live page at its usual path, once the first sample was taken. */
export async function startLiveApp(
  metadata: ModuleMetadata,
  makeAdapter?: MakeAdapter,
): Promise<LiveApp> {
  const app = await startApp(metadata, makeAdapter);
  const answer: LiveApp['answer'] = async (view, query = {}) => {
    const search = new URLSearchParams(query).toString();
    return JSON.parse(await app.text(`/metrics/live/api/${view}?${search}`));
  };
  const answerWhen: LiveApp['answerWhen'] = async (view, holds, query) => {
    const found = await waitFor(async () => {
      const one = await answer(view, query);
      return holds(one) ? [one] : undefined;
    }, `another answer of ${view}`);
    return found![0]!;
  };
  await answerWhen('system', ({ sample }) => sample >= 0);
  return { ...app, answer, answerWhen };
}
