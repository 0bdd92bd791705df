import { Injectable } from '@nestjs/common';
import { quote } from '../documentation/passage.js';
import { AssistantAgent } from './assistant.agent.js';
import { RetrieverAgent } from './retriever.agent.js';
import { WriterAgent } from './writer.agent.js';

/** Runs an agent on an input; its output comes piece by piece. */
export type RunAgent = (input: string) => AsyncGenerator<string>;

/** What people read about an agent before they ask it. */
export interface AgentDescription {
  /** As in the path of its runs. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

interface Entry extends AgentDescription {
  readonly run: RunAgent;
}

/** The agents by name, all to be run in the same way. */
@Injectable()
export class AgentDirectory {
  private readonly agents: readonly Entry[];

  constructor(
    assistant: AssistantAgent,
    retriever: RetrieverAgent,
    writer: WriterAgent,
  ) {
    this.agents = [
      {
        name: 'assistant',
        title: 'Assistant',
        description: 'Lets the other two find passages and write an answer.',
        run: (input) => assistant.run(input),
      },
      {
        name: 'retriever',
        title: 'Retriever',
        description: 'Finds the passages that match a question.',
        run: (input) => quotePassages(retriever, input),
      },
      {
        name: 'writer',
        title: 'Writer',
        description:
          'Fails when asked alone: it has no passages to write from.',
        run: (input) => writer.run(input, []),
      },
    ];
  }

  get names(): string[] {
    return this.agents.map(({ name }) => name);
  }

  get descriptions(): readonly AgentDescription[] {
    return this.agents.map(({ name, title, description }) => ({
      name,
      title,
      description,
    }));
  }

  /** @param name in any case. */
  find(name: string): RunAgent | undefined {
    return this.agents.find((agent) => agent.name === name.toLowerCase())?.run;
  }
}

async function* quotePassages(
  retriever: RetrieverAgent,
  input: string,
): AsyncGenerator<string> {
  const passages = await retriever.run(input);
  for (const passage of passages) yield `${quote(passage)}\n`;
}
