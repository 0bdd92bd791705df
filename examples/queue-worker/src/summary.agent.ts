import { Injectable } from '@nestjs/common';
import { Agent, Counted, InFlight, Timed } from 'nestjs-agent-metrics';

export class EmptyDocumentError extends Error {}

@Agent('Summary')
@Injectable()
export class SummaryAgent {
  /** The first sentence of a document, as news have their summary there. */
  @InFlight()
  @Timed()
  @Counted()
  async run(document: string): Promise<string> {
    const [sentence = ''] = document.trim().split(/(?<=[.!?])\s/);
    if (sentence === '') throw new EmptyDocumentError('The document is empty');
    return sentence;
  }
}
