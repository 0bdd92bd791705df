import { setTimeout } from 'node:timers/promises';

/**
 * Gives a text word by word, at most so many a second, as a language model writes. The
 * agent waits meanwhile, which is no part of its duration: that is the reader's time.
 */
export async function* paced(
  chunks: AsyncGenerator<string>,
  wordsPerSecond: number,
): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    for (const word of chunk.split(/(?<=\s)(?=\S)/)) {
      yield word;
      await setTimeout(1000 / wordsPerSecond);
    }
  }
}
