import { InjectQueue } from '@nestjs/bullmq';
import { Injectable } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { MetricsCollector } from 'nestjs-agent-metrics';
import { QUEUE } from './queue.js';

/** Asks Redis for the length of the queue when the page is read. */
@Injectable()
export class QueueGauge {
  constructor(metrics: MetricsCollector, @InjectQueue(QUEUE) queue: Queue) {
    metrics.gauge('queue_jobs', {
      description: 'Jobs of the queue by state.',
      collect: async (gauge) => {
        const counts = await queue.getJobCounts('waiting', 'active', 'failed');
        for (const [state, jobs] of Object.entries(counts)) {
          gauge.set({ queue: QUEUE, state }, jobs);
        }
      },
    });
  }
}
