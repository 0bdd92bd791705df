import { Body, Controller, Post } from '@nestjs/common';
import { TriageAgent } from './triage.agent.js';

@Controller('tickets')
export class TicketsController {
  constructor(private readonly triage: TriageAgent) {}

  @Post()
  run(@Body('text') text: string): Promise<string> {
    return this.triage.run(text);
  }
}
