import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Page } from './page.js';
import { send } from './send.js';

/** Answers scrapes with the page. */
export class MetricsResponder {
  constructor(private readonly page: Page) {}

  respond(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.page.render((content) =>
      send(req, res, 200, this.page.contentType, content),
    );
  }
}
