import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { MetricsModule } from 'nestjs-agent-metrics';
import { QueueGauge } from './queue.gauge.js';
import { connection, QUEUE } from './queue.js';
import { SummaryAgent } from './summary.agent.js';
import { SummaryProcessor } from './summary.processor.js';

@Module({
  imports: [
    MetricsModule.forRoot({
      prometheus: { port: Number(process.env.METRICS_PORT ?? 9464) },
    }),
    BullModule.forRoot({ connection }),
    BullModule.registerQueue({ name: QUEUE }),
  ],
  providers: [QueueGauge, SummaryAgent, SummaryProcessor],
})
export class AppModule {}
