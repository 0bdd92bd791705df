import { Processor, WorkerHost } from '@nestjs/bullmq';
import type { Job } from 'bullmq';
import { QUEUE } from './queue.js';
import { SummaryAgent } from './summary.agent.js';

@Processor(QUEUE, { concurrency: 4 })
export class SummaryProcessor extends WorkerHost {
  constructor(private readonly summary: SummaryAgent) {
    super();
  }

  process({ data }: Job<string>): Promise<string> {
    return this.summary.run(data);
  }
}
