import { Injectable } from '@nestjs/common';
import { Agent, Counted, Timed } from 'nestjs-agent-metrics';

const COUNT = 3;

@Agent('Keywords')
@Injectable()
export class KeywordsAgent {
  /** The words of a text that come most often, without short ones. */
  @Timed()
  @Counted()
  async run(text: string): Promise<string[]> {
    const counts = new Map<string, number>();
    for (const [word] of text.toLowerCase().matchAll(/\p{L}{5,}/gu)) {
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
    return [...counts]
      .sort(([, a], [, b]) => b - a)
      .slice(0, COUNT)
      .map(([word]) => word);
  }
}
