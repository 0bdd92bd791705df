import { get } from 'node:http';
import { waitFor } from '../../support/http.js';
import {
  type Counters,
  countersOf,
  fallsBetween,
  highest,
} from './counters.js';

/** Milliseconds that a request may take. */
const REQUEST_LIMIT = 5_000;

/** The answer to a request on a connection of its own, so that any member may have it. Rejects unless its status is 200. */
export function fetchText(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: false, timeout: REQUEST_LIMIT });
    request.on('error', reject);
    request.on('timeout', () => request.destroy(new Error(`${url} hangs`)));
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(text)
          : reject(new Error(`${url} answers ${response.statusCode} ${text}`)),
      );
    });
  });
}

/** Where an app is reached. Each call may return another URL. */
export interface Routes {
  /** The URL of a call, which is answered with the name of a member. */
  call(): string;
  /** The URL of a page. */
  page(): string;
}

/** Clients and scrapers of an app, and what they were answered. */
export class Traffic {
  begun = 0;
  /** When calls were answered, by member. */
  readonly answers = new Map<string, number[]>();
  scrapes = 0;
  failedScrapes = 0;
  readonly falls: string[] = [];
  private shown: Counters = new Map();
  private recent = new Set<string>();

  /** @param killed receives the members that are killed, whose last answers may come later. */
  constructor(
    private readonly routes: Routes,
    readonly killed = new Set<string>(),
  ) {}

  get answered(): number {
    return [...this.answers.values()].reduce(
      (sum, { length }) => sum + length,
      0,
    );
  }

  /** Calls and scrapes until this condition is met. */
  async run(clients: number, isDone: () => boolean): Promise<void> {
    await Promise.all([
      ...Array.from({ length: clients }, () => this.callUntil(isDone)),
      this.scrapeUntil(isDone),
      this.scrapeUntil(isDone),
    ]);
  }

  /** Calls until so many members have answered. A call to a port without a listener does not count. */
  async reach(count: number): Promise<void> {
    const call = async () => {
      this.note(await fetchText(this.routes.call()));
      this.begun++;
    };
    await waitFor(async () => {
      await Promise.allSettled(Array.from({ length: count }, call));
      return this.answers.size >= count;
    }, `${count} members`);
  }

  /** Waits until so many members have answered from now on. Returns them. */
  async membersThatAnswer(count: number): Promise<string[]> {
    this.recent = new Set();
    await waitFor(() => this.recent.size >= count, `${count} members`, 60);
    return [...this.recent];
  }

  /** The calls that a member has answered in the milliseconds before a time. */
  answeredBefore(member: string, time: number, span: number): number {
    const times = this.answers.get(member) ?? [];
    return times.filter((one) => one > time - span).length;
  }

  /** A page now, checked against all that ended before. */
  async scrape(): Promise<Counters> {
    const { shown } = this;
    const counters = countersOf(await fetchText(this.routes.page()));
    this.falls.push(...fallsBetween(shown, counters));
    this.shown = highest(this.shown, counters);
    this.scrapes++;
    return counters;
  }

  private async callUntil(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      this.begun++;
      try {
        this.note(await fetchText(this.routes.call()));
      } catch {
        // Its member was killed. Others may not listen yet.
        await pause(10);
      }
    }
  }

  private note(member: string): void {
    if (!this.killed.has(member)) this.recent.add(member);
    const times = this.answers.get(member) ?? [];
    times.push(performance.now());
    this.answers.set(member, times);
  }

  private async scrapeUntil(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      try {
        await this.scrape();
      } catch {
        this.failedScrapes++;
        await pause(20);
      }
    }
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
