import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { onTestFinished, vi } from 'vitest';
import { AppModule } from '../../sample-app/src/app.module.js';
import { DOCUMENTATION_ROOT } from '../../sample-app/src/documentation/documentation.js';

const DOCUMENTS = {
  'README.md': [
    '# Lantern',
    'Lantern keeps the metrics of agents. It is small.',
    '## Counting',
    'A counter counts the calls of an agent. Every call of an agent is counted once.',
    '```sh\n# not a heading: counted\n```',
  ].join('\n\n'),
  'docs/guides/scraping.md': [
    '# Scraping',
    'Prometheus scrapes the metrics page every 15 seconds.',
    '## Namespaces',
    '- Every metric is prefixed with the namespace.',
  ].join('\n'),
};

/** A directory with documents, removed after the test. */
export function documents(files: Record<string, string> = DOCUMENTS): string {
  const root = mkdtempSync(join(tmpdir(), 'sample-app-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** The API that the sample app is to use; none if nothing is given. */
export function useOpenAi(baseUrl = '', apiKey = '', model = ''): void {
  vi.stubEnv('OPENAI_BASE_URL', baseUrl);
  vi.stubEnv('OPENAI_API_KEY', apiKey);
  vi.stubEnv('OPENAI_MODEL', model);
  onTestFinished(() => void vi.unstubAllEnvs());
}

export interface PostOptions {
  accept?: string;
  signal?: AbortSignal;
}

/** A sample app that listens, closed after the test. */
export class SampleApp {
  private ended: Promise<void> | undefined = undefined;

  private constructor(
    readonly url: string,
    private readonly app: INestApplication,
  ) {}

  static async start(root = documents()): Promise<SampleApp> {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .overrideProvider(DOCUMENTATION_ROOT)
      .useValue(root)
      .compile();
    const app = module.createNestApplication({ logger: false });
    // On a slow machine the tokenizer loads for longer than a connection may idle: the next request would break.
    (app.getHttpServer() as Server).keepAliveTimeout = 0;
    await app.listen(0, '127.0.0.1');
    const sampleApp = new SampleApp(await app.getUrl(), app);
    onTestFinished(() => sampleApp.stop());
    return sampleApp;
  }

  /** Ends the app as a crash does: its connections break. */
  stop(): Promise<void> {
    this.ended ??= this.app.close();
    (this.app.getHttpServer() as Server).closeAllConnections();
    return this.ended;
  }

  get(path: string): Promise<Response> {
    return fetch(this.url + path);
  }

  post(
    agent: string,
    body: unknown,
    { accept = 'application/json', signal }: PostOptions = {},
  ): Promise<Response> {
    return fetch(`${this.url}/agents/${agent}/runs`, {
      method: 'POST',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: accept },
      signal: signal ?? null,
    });
  }

  stream(agent: string, body: unknown): Promise<Response> {
    return this.post(agent, body, { accept: 'text/event-stream' });
  }

  /** The lines of the metrics page that begin with a name. */
  async metrics(name: string): Promise<string[]> {
    const page = await (await fetch(`${this.url}/metrics`)).text();
    return page.split('\n').filter((line) => line.startsWith(name));
  }

  /** The same, without the series that have been at 0 from the start. */
  async recorded(name: string): Promise<string[]> {
    return (await this.metrics(name)).filter((line) => !line.endsWith(' 0'));
  }
}

export interface ServerSentEvent {
  event: string;
  data: any;
}

export async function eventsOf(response: Response): Promise<ServerSentEvent[]> {
  const body = await response.text();
  return body
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => ({
      event: /^event: (.*)$/m.exec(block)?.[1] ?? 'message',
      data: JSON.parse(/^data: (.*)$/m.exec(block)![1]!),
    }));
}
