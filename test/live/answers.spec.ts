import { expect, test } from 'vitest';
import type { Answers } from '../../src/live/answers.js';
import { Sampler } from '../../src/live/history/sampler.js';
import { resolveLiveOptions } from '../../src/live/live.options.js';
import { AnswerMaker } from '../../src/live/page/answer-maker.js';
import { VIEWS } from '../../src/live/views/views.js';
import { makeCollector } from '../support/collector.js';

const views = Object.keys(VIEWS) as (keyof Answers)[];

test('only answers that show the health checks run them', async () => {
  const { collector } = makeCollector();
  const { insight } = collector;
  const sampler = new Sampler(insight, 60_000, 30, () => {});
  const maker = new AnswerMaker(resolveLiveOptions({}), insight, sampler);
  let runs = 0;
  const check = () => void runs++;
  collector.addHealthCheck({ name: 'store', check, cacheFor: 0 });
  const running: string[] = [];
  for (const view of views) {
    const before = runs;
    const parameters = { name: '', filter: '' };
    await maker.answer({ view, minutes: 30, parameters });
    if (runs > before) running.push(view);
  }
  expect(running).toEqual(['overview', 'system']);
});
