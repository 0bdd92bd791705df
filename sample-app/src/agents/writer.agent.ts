import { Injectable } from '@nestjs/common';
import { Agent, AgentRun, Counted, Timed } from 'nestjs-agent-metrics';
import { Composer } from '../composers/composer.js';
import type { Passage } from '../documentation/passage.js';
import { NoPassageFoundError } from './agent.errors.js';

/** Writes an answer from passages. */
@Agent('Writer')
@Injectable()
export class WriterAgent {
  constructor(private readonly composer: Composer) {}

  /**
   * The answer, piece by piece. The call is counted once and timed to the last
   * piece, or until the reader stops.
   *
   * @throws {NoPassageFoundError} when there are no passages.
   * @throws {UpstreamRefusedError} when the language model does not answer.
   */
  @AgentRun()
  @Timed()
  @Counted()
  async *run(
    question: string,
    passages: readonly Passage[],
  ): AsyncGenerator<string> {
    if (passages.length === 0) {
      throw new NoPassageFoundError(
        'The Writer was given no passages to write from; ask the Assistant, which finds some first',
      );
    }
    yield* this.composer.compose(question, passages);
  }
}
