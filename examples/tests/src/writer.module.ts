import { Module } from '@nestjs/common';
import { AgentMetrics, MetricsModule } from 'nestjs-agent-metrics';
import { observeOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI from 'openai';
import { WriterAgent } from './writer.agent.js';

/** The client without measuring, which tests replace. */
export const CLIENT = Symbol('CLIENT');

@Module({
  imports: [MetricsModule.forRoot()],
  providers: [
    WriterAgent,
    { provide: CLIENT, useFactory: () => new OpenAI() },
    {
      provide: OpenAI,
      inject: [CLIENT, AgentMetrics],
      useFactory: (client: OpenAI, metrics: AgentMetrics) =>
        observeOpenAI(client, metrics),
    },
  ],
})
export class WriterModule {}
