import { Module } from '@nestjs/common';
import { AgentMetrics, MetricsModule } from 'nestjs-agent-metrics';
import { observeOpenAI } from 'nestjs-agent-metrics/openai';
import OpenAI from 'openai';
import { FakeOpenAiController } from './fake-openai.controller.js';
import { Orders } from './orders.js';
import { QuestionsController } from './questions.controller.js';
import { SupportAgent } from './support.agent.js';

const port = process.env.PORT ?? '3000';

@Module({
  imports: [
    MetricsModule.forRoot({
      live: true,
      agents: {
        prices: {
          currency: 'USD',
          // For a million tokens. Take yours from the price list of your provider.
          models: [
            {
              model: 'gpt-5-mini*',
              input: 0.25,
              cachedInput: 0.025,
              output: 2,
            },
          ],
        },
      },
    }),
  ],
  controllers: [FakeOpenAiController, QuestionsController],
  providers: [
    Orders,
    SupportAgent,
    {
      provide: OpenAI,
      inject: [AgentMetrics],
      useFactory: (metrics: AgentMetrics) =>
        observeOpenAI(
          new OpenAI({
            baseURL:
              process.env.OPENAI_BASE_URL ?? `http://127.0.0.1:${port}/v1`,
            apiKey: process.env.OPENAI_API_KEY ?? 'none',
          }),
          metrics,
        ),
    },
  ],
})
export class AppModule {}
