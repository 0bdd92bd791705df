import { Injectable } from '@nestjs/common';
import MiniSearch from 'minisearch';
import { Agent, AgentRun, Counted, Timed, Tool } from 'nestjs-agent-metrics';
import { Documentation } from '../documentation/documentation.js';
import type { Passage } from '../documentation/passage.js';
import { searchWord } from '../documentation/words.js';
import { NoPassageFoundError } from './agent.errors.js';

const MAX_PASSAGES = 5;

/** Finds the passages of the documentation that match a question. */
@Agent('Retriever')
@Injectable()
export class RetrieverAgent {
  private readonly index = new MiniSearch<Passage & { id: number }>({
    fields: ['heading', 'text'],
    processTerm: searchWord,
    searchOptions: {
      boost: { heading: 2 },
      prefix: (word) => word.length > 3,
      fuzzy: (word) => (word.length > 4 ? 0.2 : false),
    },
  });

  constructor(private readonly documentation: Documentation) {
    this.index.addAll(
      documentation.passages.map((passage, id) => ({ id, ...passage })),
    );
  }

  /** @throws {NoPassageFoundError} when nothing matches. */
  @AgentRun()
  @Timed()
  @Counted()
  async run(question: string): Promise<Passage[]> {
    return this.search(question);
  }

  /** @throws {NoPassageFoundError} when nothing matches. */
  @Tool('search')
  protected search(question: string): Passage[] {
    const found = this.index.search(question).slice(0, MAX_PASSAGES);
    if (found.length === 0) {
      throw new NoPassageFoundError(
        'Nothing in the documentation matches the question',
      );
    }
    return found.map(({ id }) => this.documentation.passages[id]!);
  }
}
