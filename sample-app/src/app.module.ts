import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { AgentsModule } from './agents/agents.module.js';
import { AgentsController } from './http/agents.controller.js';
import { Sessions } from './sessions.js';

/** `MetricsModule.forRoot()` is all that it takes to serve `/metrics` and `/health`. */
@Module({
  imports: [MetricsModule.forRoot(), AgentsModule],
  controllers: [AgentsController],
  providers: [Sessions],
})
export class AppModule {}
