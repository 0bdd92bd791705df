import { fieldsOf } from '../../accounting/fields.js';
import type { BackgroundResponses } from './background-responses.js';
import type { CallAnswers, InferenceAnswers } from './call-answers.js';
import type { HostedTools } from './hosted-tools.js';
import { watchItems } from './watch-items.js';

/** Ends an inference with a response, and records the tools that the provider has run for it. */
export class ResponseAnswers implements CallAnswers {
  constructor(
    private readonly inference: InferenceAnswers,
    private readonly tools: HostedTools,
    private readonly background: BackgroundResponses,
  ) {}

  answered(response: unknown): void {
    if (this.background.hold(response, this)) {
      this.inference.forgetRequest();
      return;
    }
    this.background.countEnded(response);
    this.ended(response);
  }

  /** The response is complete, or has failed. */
  ended(response: unknown): void {
    this.tools.record(response);
    this.inference.answered(response);
  }

  failed(error: unknown): void {
    this.inference.failed(error);
  }

  unread(): void {
    this.inference.unread();
  }

  streamed(events: AsyncIterable<unknown>): AsyncIterable<unknown> {
    return this.inference.streamed(events, (event) => {
      this.tools.event(event);
      this.background.countEnded(fieldsOf(event)['response']);
    });
  }
}

/**
 * Receives a response that was created before. It counts if it was created in the
 * background and is complete now, and only once.
 */
// Why: docs/decisions/integrations.md, "OpenAI: a response in the background ends when it is fetched".
export class FetchedAnswers implements CallAnswers {
  /**
   * @param own counts for a response that this process did not create.
   * @param discard is called if it does not count.
   */
  constructor(
    private readonly own: ResponseAnswers,
    private readonly discard: () => void,
    private readonly background: BackgroundResponses,
  ) {}

  answered(response: unknown): void {
    this.settle(response);
    this.discard();
  }

  failed(): void {
    this.discard();
  }

  unread(): void {
    this.discard();
  }

  streamed(events: AsyncIterable<unknown>): AsyncIterable<unknown> {
    return watchItems(
      events,
      (event) => this.settle(fieldsOf(event)['response']),
      this.discard,
    );
  }

  private settle(response: unknown): void {
    this.background.settle(response, this.own)?.ended(response);
  }
}
