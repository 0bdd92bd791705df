import { Module } from '@nestjs/common';
import { AgentMetrics } from 'nestjs-agent-metrics';
import { Composer } from '../composers/composer.js';
import { ExtractiveComposer } from '../composers/extractive.composer.js';
import { OpenAiComposer } from '../composers/openai.composer.js';
import { readOpenAiConfig } from '../config.js';
import {
  Documentation,
  DOCUMENTATION_ROOT,
  PROJECT_ROOT,
} from '../documentation/documentation.js';
import { AgentDirectory } from './agent-directory.js';
import { AssistantAgent } from './assistant.agent.js';
import { RetrieverAgent } from './retriever.agent.js';
import { WriterAgent } from './writer.agent.js';

/** The three agents, what they know and how they write. */
@Module({
  providers: [
    AssistantAgent,
    RetrieverAgent,
    WriterAgent,
    AgentDirectory,
    Documentation,
    { provide: DOCUMENTATION_ROOT, useValue: PROJECT_ROOT },
    { provide: Composer, inject: [AgentMetrics], useFactory: chooseComposer },
  ],
  exports: [AgentDirectory, Documentation],
})
export class AgentsModule {}

function chooseComposer(agents: AgentMetrics): Composer {
  const config = readOpenAiConfig(process.env);
  return config
    ? new OpenAiComposer(config, agents)
    : new ExtractiveComposer(agents);
}
