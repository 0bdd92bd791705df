import { Body, Controller, Post } from '@nestjs/common';
import { SupportAgent } from './support.agent.js';

@Controller('questions')
export class QuestionsController {
  constructor(private readonly support: SupportAgent) {}

  @Post()
  run(@Body('text') text: string): Promise<string> {
    return this.support.run(text);
  }
}
