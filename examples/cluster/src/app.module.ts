import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { KeywordsAgent } from './keywords.agent.js';
import { TextsController } from './texts.controller.js';

@Module({
  imports: [MetricsModule.forRoot({ processes: true })],
  controllers: [TextsController],
  providers: [KeywordsAgent],
})
export class AppModule {}
