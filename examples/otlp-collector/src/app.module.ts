import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { LanguageAgent } from './language.agent.js';
import { TextsController } from './texts.controller.js';

@Module({
  imports: [
    MetricsModule.forRoot({
      // Where to send is OTEL_EXPORTER_OTLP_ENDPOINT. Default: http://localhost:4318.
      otlp: { interval: 5_000, resource: { 'service.name': 'language' } },
      // The collector gets the metrics: the app needs no page.
      prometheus: { path: false },
    }),
  ],
  controllers: [TextsController],
  providers: [LanguageAgent],
})
export class AppModule {}
