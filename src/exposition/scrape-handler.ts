import type {
  IncomingMessage,
  OutgoingHttpHeaders,
  ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { HealthStatus } from './health-status.js';
import type { Page } from './page.js';

/** Answers HTTP requests for the page and for the health, on any server of Node's. */
export class ScrapeHandler {
  /**
   * @param onError hears of a page that could not be rendered; the scraper gets a 500.
   */
  constructor(
    private readonly page: Page,
    private readonly health: () => Promise<HealthStatus>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Answers with the metrics page. Never rejects. */
  serveMetrics(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.answer(req, res, async () => ({
      status: 200,
      type: this.page.contentType,
      chunks: await this.page.render(),
    }));
  }

  /** Answers with the health as JSON: 200 when healthy, 503 when not. Never rejects. */
  serveHealth(req: IncomingMessage, res: ServerResponse): Promise<void> {
    return this.answer(req, res, async () => {
      const health = await this.health();
      return {
        status: health.healthy ? 200 : 503,
        type: 'application/json; charset=utf-8',
        chunks: [Buffer.from(JSON.stringify(health))],
      };
    });
  }

  private async answer(
    req: IncomingMessage,
    res: ServerResponse,
    make: () => Promise<Answer>,
  ): Promise<void> {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      return sendText(res, 405, 'Method not allowed\n', { Allow: 'GET, HEAD' });
    }
    try {
      await send(res, await make(), req.method === 'HEAD');
    } catch (error) {
      this.onError(error);
      sendText(res, 500, 'Metrics could not be rendered\n');
    }
  }
}

interface Answer {
  status: number;
  type: string;
  chunks: Buffer[];
}

async function send(
  res: ServerResponse,
  { status, type, chunks }: Answer,
  headOnly: boolean,
): Promise<void> {
  if (isAnswered(res)) return;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  res.writeHead(status, {
    'Content-Type': type,
    'Content-Length': length,
    'Cache-Control': 'no-store',
  });
  if (headOnly) return void res.end();
  // A scraper that hangs up in the middle is its own affair.
  await pipeline(Readable.from(chunks), res).catch(() => {});
}

export function sendText(
  res: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  if (isAnswered(res)) return;
  res.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    ...headers,
  });
  res.end(text);
}

/** By a time-out of the app, say, or by a scraper that has hung up. */
function isAnswered(res: ServerResponse): boolean {
  return res.headersSent || res.destroyed;
}
