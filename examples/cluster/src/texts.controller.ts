import { Body, Controller, Post } from '@nestjs/common';
import { KeywordsAgent } from './keywords.agent.js';

@Controller('texts')
export class TextsController {
  constructor(private readonly keywords: KeywordsAgent) {}

  @Post()
  async run(@Body('text') text: string) {
    return { process: process.pid, keywords: await this.keywords.run(text) };
  }
}
