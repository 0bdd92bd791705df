import { BaseCallbackHandler as BaseCallbackHandler1 } from '@langchain/core/callbacks/base';
import { BaseCallbackHandler } from 'langchain-core-0/callbacks/base';
import type { Callbacks } from 'langchain-core-0/callbacks/manager';
import { expect, test, vi } from 'vitest';
import { core0 } from './support/langchain-core.js';
import { describeModelsAndTools } from './support/model-behaviour.js';
import { observe } from './support/observed.js';

vi.mock('../../src/core/clock.js', () => import('../support/process-clock.js'));

/** As if LangChain 0.3 were installed. */
vi.mock('@langchain/core/callbacks/base', async () => ({
  ...(await vi.importActual('langchain-core-0/callbacks/base')),
}));

test('the handler is one of LangChain 0.3, for the compiler too', () => {
  const { handler } = observe();
  const callbacks: Callbacks = [handler];
  expect(callbacks).toEqual([expect.any(BaseCallbackHandler)]);
  expect(BaseCallbackHandler1).toBe(BaseCallbackHandler);
});

describeModelsAndTools('LangChain 0.3', core0);
