import * as llms from '@langchain/core/language_models/llms';
import * as models from '@langchain/core/language_models/chat_models';
import * as messages from '@langchain/core/messages';
import * as outputs from '@langchain/core/outputs';
import * as runnables from '@langchain/core/runnables';
import * as testing from '@langchain/core/utils/testing';
import * as tools from '@langchain/core/tools';
import * as caches from '@langchain/core/caches';
import * as retrievers from '@langchain/core/retrievers';
import * as vectorstores from '@langchain/core/vectorstores';
import * as llms0 from 'langchain-core-0/language_models/llms';
import * as models0 from 'langchain-core-0/language_models/chat_models';
import * as messages0 from 'langchain-core-0/messages';
import * as outputs0 from 'langchain-core-0/outputs';
import * as runnables0 from 'langchain-core-0/runnables';
import * as testing0 from 'langchain-core-0/utils/testing';
import * as tools0 from 'langchain-core-0/tools';
import * as caches0 from 'langchain-core-0/caches';
import * as retrievers0 from 'langchain-core-0/retrievers';
import * as vectorstores0 from 'langchain-core-0/vectorstores';

/** What of LangChain the tests use. */
export type LangChainCore = typeof caches &
  typeof llms &
  typeof messages &
  typeof models &
  typeof outputs &
  typeof retrievers &
  typeof vectorstores &
  typeof runnables &
  typeof testing &
  typeof tools;

export const core1: LangChainCore = {
  ...caches,
  ...llms,
  ...messages,
  ...models,
  ...outputs,
  ...retrievers,
  ...vectorstores,
  ...runnables,
  ...testing,
  ...tools,
};

export const core0 = {
  ...caches0,
  ...llms0,
  ...messages0,
  ...models0,
  ...outputs0,
  ...retrievers0,
  ...vectorstores0,
  ...runnables0,
  ...testing0,
  ...tools0,
} as unknown as LangChainCore;
