import { Injectable } from '@nestjs/common';
import {
  Agent,
  AgentRun,
  Counted,
  InFlight,
  Timed,
} from 'nestjs-agent-metrics';
import { RetrieverAgent } from './retriever.agent.js';
import { WriterAgent } from './writer.agent.js';

/** Answers a question: the Retriever finds passages, the Writer writes from them. */
@Agent('Assistant')
@Injectable()
export class AssistantAgent {
  constructor(
    private readonly retriever: RetrieverAgent,
    private readonly writer: WriterAgent,
  ) {}

  /** The answer, piece by piece. Throws what the other two agents throw. */
  @AgentRun()
  @Timed()
  @Counted()
  @InFlight()
  async *run(question: string): AsyncGenerator<string> {
    const passages = await this.retriever.run(question);
    yield* this.writer.run(question, passages);
  }
}
