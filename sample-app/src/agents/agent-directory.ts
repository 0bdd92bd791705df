import { Injectable } from '@nestjs/common';
import { quote } from '../documentation/passage.js';
import { AssistantAgent } from './assistant.agent.js';
import { RetrieverAgent } from './retriever.agent.js';
import { WriterAgent } from './writer.agent.js';

/** Runs an agent on an input; its output comes piece by piece. */
export type RunAgent = (input: string) => AsyncGenerator<string>;

/** The agents by name, all to be run in the same way. */
@Injectable()
export class AgentDirectory {
  private readonly agents: ReadonlyMap<string, RunAgent>;

  constructor(
    assistant: AssistantAgent,
    retriever: RetrieverAgent,
    writer: WriterAgent,
  ) {
    this.agents = new Map<string, RunAgent>([
      ['assistant', (input) => assistant.run(input)],
      ['retriever', (input) => quotePassages(retriever, input)],
      ['writer', (input) => writer.run(input, [])],
    ]);
  }

  get names(): string[] {
    return [...this.agents.keys()];
  }

  /** @param name in any case. */
  find(name: string): RunAgent | undefined {
    return this.agents.get(name.toLowerCase());
  }
}

async function* quotePassages(
  retriever: RetrieverAgent,
  input: string,
): AsyncGenerator<string> {
  const passages = await retriever.run(input);
  for (const passage of passages) yield `${quote(passage)}\n`;
}
