import { Injectable } from '@nestjs/common';
import { Agent, Counted, Timed } from 'nestjs-agent-metrics';

/** The most frequent short words of each language. */
const WORDS: Record<string, string[]> = {
  de: ['der', 'die', 'und', 'ist', 'nicht'],
  en: ['the', 'and', 'is', 'of', 'to'],
  fr: ['le', 'la', 'et', 'est', 'les'],
};

@Agent('Language')
@Injectable()
export class LanguageAgent {
  @Timed()
  @Counted()
  async run(text: string): Promise<string> {
    const words = text.toLowerCase().split(/\P{L}+/u);
    const scores = Object.entries(WORDS).map(([language, known]) => ({
      language,
      score: words.filter((word) => known.includes(word)).length,
    }));
    const best = scores.reduce((a, b) => (b.score > a.score ? b : a));
    return best.score === 0 ? 'unknown' : best.language;
  }
}
