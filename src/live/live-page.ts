import type { CollectorInsight } from '../collector/collector-insight.js';
import { messageOf } from '../core/errors.js';
import type { Warn } from '../core/logger.js';
import { Content } from '../exposition/content.js';
import type { Exchange } from '../http/exchange.js';
import { pathOf } from '../http/resources.js';
import type { Responder } from '../http/scrape-handler.js';
import { Sampler } from './history/sampler.js';
import type { LiveConfig } from './live.options.js';
import { AnswerMaker } from './page/answer-maker.js';
import { type Asset, type Assets, readAssets } from './page/assets.js';
import { immutable, isKnown, revalidated, SAFE } from './page/headers.js';
import { parseRequest } from './page/parse-request.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** Serves the live page: its files, and the API that it reads. */
// Why: docs/decisions/live.md, "Links are relative to the page".
export class LivePage implements Responder {
  private readonly sampler: Sampler;
  private readonly answers: AnswerMaker;
  private assets: Promise<Assets> | undefined = undefined;
  private hasWarned = false;

  /** @param warn receives a message if the files of the page are missing. */
  constructor(
    private readonly config: LiveConfig & { readonly path: string },
    insight: CollectorInsight,
    private readonly warn: Warn,
  ) {
    const { interval, history } = config;
    this.sampler = new Sampler(insight, interval, history, () =>
      this.answers.refresh(),
    );
    this.answers = new AnswerMaker(config, insight, this.sampler);
  }

  /** Begins to sample. */
  start(): void {
    this.sampler.start();
  }

  /** Ends sampling. */
  stop(): Promise<void> {
    return this.sampler.stop();
  }

  async respond(exchange: Exchange): Promise<void> {
    const { url = '' } = exchange.req;
    const below = pathOf(url).slice(this.config.path.length);
    const [, folder, name, ...more] = below.split('/');
    if (folder === undefined || folder === '') {
      if (name !== undefined) return notFound(exchange);
      return this.sendPage(exchange, below === '/');
    }
    if (name !== undefined && more.length === 0) {
      if (folder === 'assets') return this.sendFile(exchange, name);
      if (folder === 'api') return this.sendAnswer(exchange, name, url);
    }
    return notFound(exchange);
  }

  private async sendPage(exchange: Exchange, hasSlash: boolean): Promise<void> {
    const assets = await this.readAssets(exchange);
    if (assets === undefined) return;
    const last = this.config.path.split('/').at(-1)!;
    const page = hasSlash ? assets.page : assets.pageBelow(last);
    return sendAsset(exchange, page, revalidated(page.etag));
  }

  private async sendFile(exchange: Exchange, name: string): Promise<void> {
    const assets = await this.readAssets(exchange);
    if (assets === undefined) return;
    const file = assets.file(name);
    if (file === undefined) return notFound(exchange);
    return sendAsset(exchange, file, immutable(file.etag));
  }

  /** Reads the files at the first request. Answers with an error if they are missing. */
  private async readAssets(exchange: Exchange): Promise<Assets | undefined> {
    try {
      return await (this.assets ??= readAssets());
    } catch (error) {
      this.assets = undefined;
      const text = `The live page cannot be shown: ${messageOf(error)}`;
      if (!this.hasWarned) this.warn(text, 'live_page_files');
      this.hasWarned = true;
      exchange.sendText(500, 'The files of the live page are missing\n');
      return undefined;
    }
  }

  private async sendAnswer(
    exchange: Exchange,
    view: string,
    url: string,
  ): Promise<void> {
    const parsed = parseRequest(view, url, this.config.history);
    if ('error' in parsed) {
      const { status, error } = parsed;
      const body = new Content([Buffer.from(JSON.stringify({ error }))]);
      return exchange.send(status, JSON_TYPE, body, SAFE);
    }
    const { content, etag } = await this.answers.answer(parsed);
    const asset = { content, etag, type: JSON_TYPE };
    return sendAsset(exchange, asset, revalidated(etag));
  }
}

function notFound(exchange: Exchange): void {
  exchange.sendText(404, 'Not found\n');
}

async function sendAsset(
  exchange: Exchange,
  { content, type, etag }: Asset,
  headers: ReturnType<typeof revalidated>,
): Promise<void> {
  if (isKnown(exchange.req, etag)) return exchange.sendNotModified(headers);
  return exchange.send(200, type, content, headers);
}
