import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { TicketsController } from './tickets.controller.js';
import { TriageAgent } from './triage.agent.js';

@Module({
  imports: [MetricsModule.forRoot()],
  controllers: [TicketsController],
  providers: [TriageAgent],
})
export class AppModule {}
