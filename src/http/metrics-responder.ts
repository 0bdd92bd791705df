import type { IncomingMessage, ServerResponse } from 'node:http';
import { MAX_NAMES, namesAskedFor } from './asked-names.js';
import { type Formats, negotiate } from './negotiate.js';
import type { Page } from '../exposition/page.js';
import { send, sendText } from './send.js';

/** Answers scrapes with the page: of the metrics and in the format that they ask for. */
export class MetricsResponder {
  constructor(
    private readonly page: Page,
    private readonly formats: Formats,
  ) {}

  /** @param patience milliseconds until the answer has to begin. */
  async respond(
    req: IncomingMessage,
    res: ServerResponse,
    patience: number,
  ): Promise<void> {
    const names = namesAskedFor(req.url);
    if (names !== undefined && names.length > MAX_NAMES) {
      return sendText(res, 400, `At most ${MAX_NAMES} names can be given\n`);
    }
    const format = negotiate(req.headers.accept, this.formats);
    await this.page.render({ format, names, patience }, (content) =>
      send(req, res, 200, format.contentType, content),
    );
  }
}
