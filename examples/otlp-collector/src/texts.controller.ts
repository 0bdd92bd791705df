import { Body, Controller, Post } from '@nestjs/common';
import { LanguageAgent } from './language.agent.js';

@Controller('texts')
export class TextsController {
  constructor(private readonly language: LanguageAgent) {}

  @Post()
  run(@Body('text') text: string): Promise<string> {
    return this.language.run(text);
  }
}
