import cluster from 'node:cluster';
import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { AgentsModule } from './agents/agents.module.js';
import { readBackends, readPrices } from './config.js';
import { AgentsController } from './http/agents.controller.js';
import { PageController } from './page/page.controller.js';
import { PageFiles } from './page/page-files.js';
import { Sessions } from './sessions.js';

/** `MetricsModule` is all that it takes to serve `/metrics` and `/health`; its options are what tokens cost, what is measured beside agents, the live page, and backends beside Prometheus. */
@Module({
  imports: [
    MetricsModule.forRootAsync({
      useFactory: () => ({
        agents: readPrices(process.env),
        http: true,
        httpClient: true,
        interceptor: true,
        live: true,
        ...readBackends(process.env),
        // One page for the workers of `npm run start:cluster`.
        processes: cluster.isWorker,
      }),
    }),
    AgentsModule,
  ],
  controllers: [AgentsController, PageController],
  providers: [PageFiles, Sessions],
})
export class AppModule {}
