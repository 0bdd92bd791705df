import type { Page } from 'playwright-core';
import { waitFor } from '../../support/http.js';
import type { BrowserPage } from '../../support/browser.js';
import type { SupportDesk } from './support-desk.js';

/** The views, with their titles. */
export const VIEWS = [
  ['#/', 'Overview'],
  ['#/agents', 'Agents'],
  ['#/agents/Refunds', 'Refunds'],
  ['#/models', 'Models and tools'],
  ['#/http', 'HTTP and messages'],
  ['#/metrics/tframex_agent_duration_seconds', 'Metrics'],
  ['#/system', 'System'],
] as const;

/** A text of the page with plain spaces. */
export const plain = (text: string): string =>
  text.replace(/[\u00a0\u202f]/g, ' ').trim();

/** The live page in a browser, read as people read it. */
export class LivePage {
  readonly page: Page;

  constructor(
    readonly opened: BrowserPage,
    private readonly address: string,
  ) {
    this.page = opened.page;
  }

  /** Goes to a view and waits for its numbers. */
  async show(hash: string): Promise<void> {
    await this.page.goto(`${this.address}${hash}`);
    await this.page.locator('main h1').first().waitFor();
    await this.page.locator('.waiting').waitFor({ state: 'detached' });
  }

  /** The parts of a view that come after its first answer are there. */
  async settled(): Promise<void> {
    const loading = this.page.getByText('Loading');
    await waitFor(async () => (await loading.count()) === 0, 'the view');
  }

  /** The text of a tile. */
  async tile(label: string): Promise<string> {
    const tile = this.page.locator('.tile', { hasText: label }).first();
    return plain(await tile.locator('.big').innerText());
  }

  async fact(label: string): Promise<string> {
    const fact = this.page.locator('.facts div', {
      has: this.page.getByText(label, { exact: true }),
    });
    return plain(await fact.locator('dd').innerText());
  }

  /** The text of a cell, by the titles of its table, row and column. */
  async cell(table: string, row: string, column: string): Promise<string> {
    const region = this.page.getByRole('region', { name: table, exact: true });
    const heads = await region.locator('thead th').allInnerTexts();
    const index = heads.findIndex((head) => plain(head) === column);
    const line = region.locator('tbody tr', {
      has: this.page.locator('th', { hasText: row }),
    });
    return plain(await line.first().locator('th, td').nth(index).innerText());
  }

  /** The titles of all rows, from above. */
  async rows(table: string): Promise<string[]> {
    const region = this.page.getByRole('region', { name: table, exact: true });
    return (await region.locator('tbody th').allInnerTexts()).map(plain);
  }

  /** What the browser found wrong, but for requests that fail on purpose. */
  faults(expected = /^$/): string[] {
    return this.opened.faults
      .map(({ kind, text }) => `${kind}: ${text}`)
      .filter((fault) => !expected.test(fault));
  }
}

/** Waits until two samples were taken after all that has happened. */
export async function sampledAnew({ url }: SupportDesk): Promise<void> {
  const sample = async () => {
    const answer = await fetch(`${url}/metrics/live/api/overview`);
    return ((await answer.json()) as { sample: number }).sample;
  };
  const before = await sample();
  await waitFor(async () => (await sample()) >= before + 2, 'two more samples');
}
