import { Inject, Injectable } from '@nestjs/common';
import { Agent, AgentRun, Counted, Timed } from 'nestjs-agent-metrics';
import OpenAI from 'openai';

@Agent('Writer')
@Injectable()
export class WriterAgent {
  constructor(@Inject(OpenAI) private readonly openai: OpenAI) {}

  @AgentRun()
  @Timed()
  @Counted()
  async write(topic: string): Promise<string> {
    const { choices } = await this.openai.chat.completions.create({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: `Write a line about ${topic}` }],
    });
    return choices[0]?.message.content ?? '';
  }
}
